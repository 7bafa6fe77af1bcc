"""A deal with its touches of all channels on one timeline, and the explanation of its credit."""

from functools import cache, partial
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.safestring import mark_safe
from unfold.decorators import display

from attribution.admin.evidence import PERMISSION as MAY_EXPORT
from attribution.admin.evidence import bundle_url
from attribution.admin.figure_filters import DealsTouched
from attribution.admin.journey_page import page_context
from attribution.deal_journey import Asked, DealTimeline, journey_of
from attribution.journey_query import read_asked
from attribution.journey_shapes import journey_json
from attribution.models import Bucket, CreditEntry, DealJourney
from attribution.page_urls import page_url
from attribution.reports.query import InvalidReportQueryError
from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.money import display_amount
from campaigns.personal_data import may_see_personal_data


class SmsFilter(admin.SimpleListFilter):
    """Deals in which SMS had a part, or had none."""

    title = "SMS had a part"
    parameter_name = "sms"

    def lookups(self, _request: HttpRequest, _model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the deals of the choice."""
        if self.value() not in {"yes", "no"}:
            return queryset
        return queryset.filter(has_sms=self.value() == "yes")


@admin.register(DealJourney)
class DealJourneyAdmin(ReadOnlyTextrailAdmin):
    """The deals, each with its journey."""

    list_display = ("name", "company", "state", "amount", "channels", "has_sms_touch", "created_on")
    list_filter = (DealsTouched, "outcome", SmsFilter, "connection")
    list_select_related = ("company",)
    search_fields = ("name", "company__name", "external_id")
    ordering = ("-deal_created_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[DealJourney]:
        """Annotate how many channels earned credit of the deal, and whether SMS did.

        Two subqueries along the ledger's index on outcomes; a join would multiply the rows by
        entries and rules.
        """
        earned = CreditEntry.objects.filter(
            outcome__deal=OuterRef("pk"), bucket=Bucket.ATTRIBUTED, rule__retired_at__isnull=True
        )
        number = (
            earned.order_by()
            .values("outcome__deal")
            .annotate(number=Count("channel", distinct=True))
            .values("number")
        )
        deals: QuerySet[DealJourney] = super().get_queryset(request)
        return deals.filter(deleted_at__isnull=True).annotate(
            channel_count=Subquery(number),
            has_sms=Exists(earned.filter(channel__slug="sms")),
        )

    @display(description="State", label={"won": "success", "lost": "danger", "open": "info"})
    def state(self, obj: DealJourney) -> tuple[str, str]:
        """Return the outcome as a badge."""
        return obj.outcome, obj.get_outcome_display()

    @display(description="Amount", ordering="amount_minor")
    def amount(self, obj: DealJourney) -> str:
        """Return the CRM's amount, or that there is none."""
        return "–" if obj.amount_minor is None else display_amount(obj.amount_minor, obj.currency)

    @display(description="Channels", ordering="channel_count")
    def channels(self, obj: Any) -> int:
        """Return how many channels earned credit."""
        return obj.channel_count or 0

    @display(description="SMS", boolean=True, ordering="has_sms")
    def has_sms_touch(self, obj: Any) -> bool:
        """Return whether SMS earned credit."""
        return bool(obj.has_sms)

    @display(description="Created", ordering="deal_created_at")
    def created_on(self, obj: DealJourney) -> Any:
        """Return the day of the deal's creation in the CRM."""
        return obj.deal_created_at.date() if obj.deal_created_at else "–"

    def get_urls(self) -> list[URLPattern]:
        """Offer the explanation as a file, beside the page."""
        files = [
            path(
                f"<uuid:object_id>/journey.{form}",
                self.admin_site.admin_view(partial(self._file, form=form)),
                name=f"attribution_dealjourney_{form}",
            )
            for form in _FILES
        ]
        return [*files, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the timeline and the formula instead of a form."""
        deal = self.get_object(request, object_id)
        if not self.has_view_permission(request, deal):
            raise PermissionDenied
        if deal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        asked, problems = _asked(request)
        timeline = journey_of(deal, asked)
        query = request.GET.urlencode()
        context = {
            **self.admin_site.each_context(request),
            "title": str(deal),
            "opts": self.opts,
            "problems": problems,
            "rules": _rule_choices(timeline),
            "evidence_url": bundle_url(deal=deal.pk) if request.user.has_perm(MAY_EXPORT) else "",
            **{
                f"{form}_url": f"{page_url(f'attribution_dealjourney_{form}', deal.pk)}?{query}"
                for form in _FILES
            },
            **page_context(timeline),
        }
        return TemplateResponse(request, "attribution/deal_journey.html", context)

    def _file(self, request: HttpRequest, *, object_id: UUID, form: str) -> HttpResponse:
        """Answer the page as one file, for printing or for other software."""
        deal = get_object_or_404(self.get_queryset(request), pk=object_id)
        if not self.has_view_permission(request, deal):
            raise PermissionDenied
        asked, problems = _asked(request)
        if problems:
            return HttpResponseBadRequest("\n".join(problems), content_type="text/plain")
        timeline = journey_of(deal, asked)
        answer = _FILES[form](timeline)
        answer["Content-Disposition"] = f'attachment; filename="deal-{deal.pk}.{form}"'
        return answer


def _asked(request: HttpRequest) -> tuple[Asked, list[str]]:
    """Read the address; what cannot be used is named and left out."""
    now, unmasked = timezone.now(), may_see_personal_data(request.user)
    try:
        return read_asked(request.GET.dict(), now=now, unmasked=unmasked), []
    except InvalidReportQueryError as error:
        problems = [problem.message for problem in error.problems]
        return read_asked({}, now=now, unmasked=unmasked), problems


def _rule_choices(timeline: DealTimeline) -> list[dict[str, Any]]:
    """Return the active rules, and the explained version where it is none of them."""
    chosen = timeline.rule
    choices = [
        {"value": rule.slug, "label": rule.name, "is_chosen": rule == chosen}
        for rule in timeline.rules
    ]
    if chosen and chosen not in timeline.rules:
        value = f"{chosen.slug}@{chosen.version}"
        choices.append({"value": value, "label": str(chosen), "is_chosen": True})
    return choices


def _as_json(timeline: DealTimeline) -> HttpResponse:
    body = journey_json(timeline, currency=settings.REPORTING_CURRENCY)
    return JsonResponse(body, json_dumps_params={"indent": 2, "ensure_ascii": False})


def _as_html(timeline: DealTimeline) -> HttpResponse:
    """Return the page as a document that needs nothing else: no script, no file, no network."""
    context = {
        **page_context(timeline, address=lambda *_: ""),
        "is_file": True,
        "now": timezone.now(),
        "styles": mark_safe(_styles()),  # noqa: S308 - our own files
    }
    return HttpResponse(render_to_string("attribution/journey/document.html", context))


@cache
def _styles() -> str:
    return "".join((_STATIC / name).read_text() for name in ("document.css", "journey.css"))


_STATIC = Path(__file__).parents[1] / "static" / "attribution"
_FILES = {"json": _as_json, "html": _as_html}

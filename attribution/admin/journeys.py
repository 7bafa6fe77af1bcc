"""A deal with its touches of all channels on one timeline."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.decorators import display

from attribution.deal_journey import DealTimeline, Moment, journey_of
from attribution.models import Bucket, CreditEntry, DealJourney
from attribution.page_urls import page_url
from attribution.reports.wording import GOALS, reason_in_words
from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.money import display_amount

_ICONS = {"touch": "ads_click", "exposure": "sms", "event": "bolt", "stage": "flag"}
_OUTCOME_TAGS = {"won": "tr-tag-good", "lost": "tr-tag-bad"}


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
    list_filter = ("outcome", SmsFilter, "connection")
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

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the timeline instead of a form."""
        deal = self.get_object(request, object_id)
        if not self.has_view_permission(request, deal):
            raise PermissionDenied
        if deal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": str(deal),
            "opts": self.opts,
            **_page(journey_of(deal)),
        }
        return TemplateResponse(request, "attribution/deal_journey.html", context)


def _page(timeline: DealTimeline) -> dict[str, Any]:
    deal = timeline.deal
    names = {rule.slug: rule.name for rule in timeline.rules}
    return {
        "deal": deal,
        "amount": "No amount"
        if deal.amount_minor is None
        else display_amount(deal.amount_minor, deal.currency),
        "state_tag": _OUTCOME_TAGS.get(deal.outcome, "tr-tag-accent"),
        "deal_url": page_url("crm_sync_deal_change", deal.pk),
        "moments": [_moment(moment, names) for moment in timeline.moments],
        "unearned": _unearned(timeline, names),
        "channel_names": list(
            dict.fromkeys(
                one.channel.name for one in timeline.moments if one.kind == "touch" and one.channel
            )
        ),
    }


def _moment(moment: Moment, names: dict[str, str]) -> dict[str, Any]:
    credit = [
        {"rule": names.get(rule, rule), "parts": _parts(goals)}
        for rule, goals in moment.credit.items()
    ]
    pages = {"touch": "tracking_touchpoint_change", "event": "tracking_event_change"}
    return {
        "moment": moment,
        "icon": _ICONS[moment.kind],
        "color": moment.channel.color if moment.channel else "",
        "url": page_url(pages[moment.kind], moment.id) if moment.kind in pages else "",
        "send_url": page_url("campaigns_send_change", moment.send.pk) if moment.send else "",
        "utm": ", ".join(f"{name}={value}" for name, value in moment.utm.items()),
        "credit": credit,
    }


def _parts(goals: dict[str, int]) -> dict[str, str]:
    return {
        goal: display_amount(minor, settings.REPORTING_CURRENCY) for goal, minor in goals.items()
    }


def _unearned(timeline: DealTimeline, names: dict[str, str]) -> list[dict[str, Any]]:
    """Group what nobody earned by reason: the rules mostly agree."""
    groups: dict[tuple[str, str, str, int], list[str]] = {}
    for one in timeline.unearned:
        key = (one.goal, one.bucket, one.reason, one.amount_minor)
        groups.setdefault(key, []).append(names.get(one.rule, one.rule))
    return [
        {
            "goal": {"opportunity": "Opportunity", "win": "Win"}.get(goal, GOALS[goal]),
            "bucket": bucket,
            "reason": reason_in_words(reason),
            "amount": display_amount(amount, settings.REPORTING_CURRENCY),
            "rules": "all rules" if len(rules) == len(names) else ", ".join(rules),
        }
        for (goal, bucket, reason, amount), rules in groups.items()
    ]

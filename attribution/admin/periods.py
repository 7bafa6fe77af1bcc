"""Locked periods: closed with a look at their figures first, and what was restated since."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminDateWidget

from attribution.models import Bucket, CreditRule, Outcome, Period
from attribution.period_locks import PeriodFigure, check_period, figures, with_restatements
from attribution.reports.columns import shown_count
from attribution.reports.metrics import counted
from attribution.services import InvalidPeriodError, PeriodOverlapsError, lock_period
from campaigns.admin_base import TextrailAdmin, signed_in_user
from campaigns.money import display_amount

_ENTRIES = "admin:attribution_creditentry_changelist"


class PeriodForm(forms.Form):
    """The days to lock, both ends included."""

    starts_on = forms.DateField(label="First day", widget=UnfoldAdminDateWidget)
    ends_on = forms.DateField(label="Last day", widget=UnfoldAdminDateWidget)

    def clean(self) -> dict[str, Any]:
        """Refuse days that cannot be locked."""
        days: dict[str, Any] = super().clean() or {}
        if len(days) == len(self.fields):
            try:
                check_period(**days, today=timezone.localdate())
            except (InvalidPeriodError, PeriodOverlapsError) as error:
                self.add_error(None, str(error))
        return days


@admin.register(Period)
class PeriodAdmin(TextrailAdmin):
    """Closed stretches of days. One is locked for good: there is no way back."""

    list_display = ("days", "locked_at", "locked_by", "restated")
    list_display_links = ("days",)
    list_select_related = ("locked_by",)
    fields = ("starts_on", "ends_on", "locked_at", "locked_by")
    change_form_outer_before_template = "attribution/ledger/period_figures.html"

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a lock is for good."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a lock is for good."""
        return False

    def get_queryset(self, request: HttpRequest) -> Any:
        """Count the restatements."""
        return with_restatements(super().get_queryset(request))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the figures as they were locked and what was restated since."""
        period = self.get_object(request, object_id) if object_id else None
        shown: dict[str, Any] = {"title": f"Locked: {period}"} if period else {}
        if period:
            shown |= _shown_figures(period.starts_on, period.ends_on)
            shown["entries_url"] = _restatements_url(period)
        return super().changeform_view(
            request, object_id, form_url, {**shown, **(extra_context or {})}
        )

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Ask for the days, show their figures, and lock them when that is confirmed."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        asked = request.POST or request.GET
        form = PeriodForm(asked if "starts_on" in asked else None)
        is_ready = form.is_bound and form.is_valid()
        if is_ready and request.method == "POST":
            return self._lock(request, form)
        shown = {
            **self.admin_site.each_context(request),
            "title": "Lock a period",
            "opts": self.opts,
            "form": form,
            "media": form.media,
            "list_url": reverse("admin:attribution_period_changelist"),
        }
        if is_ready:
            days = form.cleaned_data
            shown |= {**_shown_figures(days["starts_on"], days["ends_on"]), "days": days}
        return render(request, "attribution/ledger/lock_period.html", shown)

    def _lock(self, request: HttpRequest, form: PeriodForm) -> HttpResponse:
        try:
            period = lock_period(
                **form.cleaned_data, by=signed_in_user(request), now=timezone.now()
            )
        except PeriodOverlapsError as error:  # Somebody was faster
            messages.error(request, str(error))
            return redirect("admin:attribution_period_changelist")
        messages.success(request, f"{period} is locked. Its figures no longer move.")
        return redirect("admin:attribution_period_change", period.pk)

    @display(description="Days", ordering="starts_on")
    def days(self, obj: Period) -> str:
        """Return the first and the last day."""
        return str(obj)

    @display(description="Restated since")
    def restated(self, obj: Any) -> str:
        """Return how many entries were posted for the period after its lock, and lead to them."""
        if not obj.restated_count:
            return "Nothing"
        words = f"{obj.restated_count:,} {'entry' if obj.restated_count == 1 else 'entries'}"
        return format_html('<a href="{}">{}</a>', _restatements_url(obj), words)


def _restatements_url(period: Period) -> str:
    asked = {
        "outcome_from": period.starts_on, "outcome_to": period.ends_on, "restated": "yes"
    }  # fmt: skip
    return f"{reverse(_ENTRIES)}?{urlencode(asked)}"


def _shown_figures(starts_on: date, ends_on: date) -> dict[str, Any]:
    """Return the figures under the rule that reports open with, in words."""
    rule = CreditRule.objects.active().filter(is_default=True).first()
    found = figures(starts_on=starts_on, ends_on=ends_on, rule=rule) if rule else []
    return {"rule": rule, "figures": [_shown(figure) for figure in found]}


def _shown(figure: PeriodFigure) -> dict[str, str]:
    def money(minor: int) -> str:
        return display_amount(minor, settings.REPORTING_CURRENCY)

    def count(micro: int) -> str:
        return shown_count(counted(micro))

    return {
        "goal": Outcome.Kind(figure.kind).label,
        "bucket": Bucket(figure.bucket).label,
        "locked": money(figure.locked_minor),
        "locked_count": count(figure.locked_micro),
        "restated": money(figure.restated_minor) if figure.restated_minor else "–",
        "restated_count": count(figure.restated_micro) if figure.restated_micro else "–",
        "now": money(figure.amount_minor),
        "now_count": count(figure.count_micro),
    }

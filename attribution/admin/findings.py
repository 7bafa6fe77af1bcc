"""Findings: what in the data needs a person, by the money at stake."""

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from attribution.models import Finding
from attribution.querysets import FindingQuerySet
from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.money import display_amount

SEVERITY_COLORS = {"error": "danger", "warning": "warning", "notice": "info"}


class OpenFilter(admin.SimpleListFilter):
    """Findings that still stand (shown first) or are put right."""

    title = "state"
    parameter_name = "state"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> list[tuple[str, str]]:
        """Return the choices besides the open ones."""
        return [("resolved", "Put right"), ("all", "All")]

    def queryset(self, _request: HttpRequest, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        """Keep the open ones unless another choice was made."""
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "resolved")


@admin.register(Finding)
class FindingAdmin(ReadOnlyTextrailAdmin):
    """A read-only list of what needs attention."""

    list_display = ("title", "grade", "row_count", "at_stake", "advice", "latest_seen_at")
    list_filter = (OpenFilter, "severity")
    search_fields = ("title", "advice")
    fields = ("title", "severity", "row_count", "at_stake", "advice", "first_seen_at", "latest_seen_at", "resolved_at")  # fmt: skip
    readonly_fields = ("at_stake",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Finding]:
        """Put the gravest first, then the most money."""
        findings: FindingQuerySet = super().get_queryset(request)
        return findings.by_gravity()

    @display(description="Severity", label=SEVERITY_COLORS, ordering="severity")
    def grade(self, obj: Finding) -> tuple[str, str]:
        """Return the severity as a badge."""
        return obj.severity, obj.get_severity_display()

    @display(description="Money at stake", ordering="amount_minor")
    def at_stake(self, obj: Finding) -> str:
        """Return the amount, where the rows have one."""
        if obj.amount_minor is None:
            return "–"
        return display_amount(obj.amount_minor, settings.REPORTING_CURRENCY)

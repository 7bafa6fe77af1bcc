"""Findings: what in the data needs a person, by the money at stake."""

from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from attribution.finding_checks import page_of
from attribution.models import Finding
from attribution.querysets import FindingQuerySet
from campaigns.admin_base import TextrailAdmin, signed_in_user
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


class MineFilter(admin.SimpleListFilter):
    """Findings by who looks after them."""

    title = "owner"
    parameter_name = "whose"

    def lookups(self, _request: HttpRequest, _model_admin: object) -> list[tuple[str, str]]:
        """Return the choices besides everybody's."""
        return [("mine", "Mine"), ("nobody", "Nobody’s")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Finding]) -> QuerySet[Finding]:
        """Keep those of the user who looks, or of nobody."""
        if self.value() == "mine":
            return queryset.filter(owner=signed_in_user(request))
        return queryset.filter(owner__isnull=True) if self.value() == "nobody" else queryset


@admin.register(Finding)
class FindingAdmin(TextrailAdmin):
    """What needs attention. Its facts are read-only; who looks after it can be changed."""

    list_display = ("title", "grade", "row_count", "at_stake", "age", "owner", "advice")
    list_filter = (OpenFilter, "severity", MineFilter)
    list_select_related = ("owner",)
    search_fields = ("title", "advice")
    fields = (
        "title", "severity", "row_count", "at_stake", "advice", "rows", "owner",
        "first_seen_at", "latest_seen_at", "resolved_at",
    )  # fmt: skip
    readonly_fields = tuple(name for name in fields if name != "owner")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: findings are found."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a finding goes when its rows are put right."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Offer the people who can sign in."""
        staff = get_user_model().objects.filter(is_staff=True, is_active=True)
        kwargs.setdefault("queryset", staff.order_by("username"))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

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

    @display(description="Age", ordering="first_seen_at")
    def age(self, obj: Finding) -> str:
        """Return for how many days it has stood."""
        days = obj.age_days(obj.resolved_at or timezone.now())
        return "today" if days == 0 else f"{days} d"

    @display(description="The rows")
    def rows(self, obj: Finding) -> str:
        """Return a link to the page where the rows are looked at."""
        url = page_of(obj.code)
        return format_html('<a href="{}">Show</a>', url) if url else "–"

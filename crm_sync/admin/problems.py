"""What could not be taken over or is incomplete, and what to do about it."""

import json
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import DropdownFilter
from unfold.decorators import action, display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.doorbell import SYNC, ring_on_commit
from crm_sync import services
from crm_sync.admin.badges import SEVERITY_COLOURS
from crm_sync.models import SyncProblem
from crm_sync.problems import close_problems

_STATE_COLOURS = {"Open": "warning", "Put right": "success"}


class OpenFilter(DropdownFilter):
    """Open problems unless the others are asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Offer what is put right, and everything."""
        return [("resolved", "Put right"), ("all", "All")]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[SyncProblem]
    ) -> QuerySet[SyncProblem]:
        """Filter by the choice."""
        if self.value() == "all":
            return queryset
        return queryset.filter(resolved_at__isnull=self.value() != "resolved")


@admin.register(SyncProblem)
class SyncProblemAdmin(ReadOnlyTextrailAdmin):
    """Open problems, newest first."""

    list_display = ("problem", "kind", "connection", "place", "latest_seen_at", "state")
    list_filter = (OpenFilter, "severity", "connection", "code", "object_type")
    list_select_related = ("connection",)
    search_fields = ("message", "external_id")
    actions = ("try_again", "close")
    fieldsets = (
        (None, {"fields": ("message", "kind", "connection", "run", "place")}),
        ("What came", {"fields": ("shown_record",)}),
        ("Since when", {"fields": ("first_seen_at", "latest_seen_at", "resolved_at")}),
    )
    readonly_fields = ("kind", "place", "shown_record")

    @display(description="Problem", ordering="message")
    def problem(self, row: SyncProblem) -> str:
        """Return what is wrong, in a sentence."""
        return row.message

    @display(description="Effect", ordering="severity", label=SEVERITY_COLOURS)
    def kind(self, row: SyncProblem) -> str:
        """Return what it means for the record."""
        return row.get_severity_display()

    @display(description="Where")
    def place(self, row: SyncProblem) -> str:
        """Return the line of the file, or the record's id in the CRM."""
        if row.row_number is not None:
            return f"Line {row.row_number:,}"
        count = row.record.get("row_count")
        if count:
            return "1 record" if count == 1 else f"{count:,} records"
        return row.external_id or row.object_type

    @display(description="State", ordering="resolved_at", label=_STATE_COLOURS)
    def state(self, row: SyncProblem) -> str:
        """Tell whether it still stands."""
        return "Open" if row.resolved_at is None else "Put right"

    @display(description="Record")
    def shown_record(self, row: SyncProblem) -> SafeString:
        """Return the record as it came, or the part that was kept."""
        text = json.dumps(row.record, indent=2, ensure_ascii=False) if row.record else "–"
        return format_html('<pre class="whitespace-pre-wrap text-xs">{}</pre>', text)

    @action(description="Try again with the next sync", permissions=["work"])
    def try_again(self, request: HttpRequest, queryset: QuerySet[SyncProblem]) -> None:
        """Have the records read again."""
        count = 0
        with transaction.atomic():
            for problem in queryset.select_related("connection"):
                try:
                    services.retry_problem(problem=problem, now=timezone.now())
                    count += 1
                except services.ProblemNotRetryableError as error:
                    messages.warning(request, f"{problem.message} {error}")
            ring_on_commit(SYNC)
        if count:
            messages.success(request, f"{count:,} will be tried again with the next sync.")

    @action(description="Close without a change", permissions=["work"])
    def close(self, request: HttpRequest, queryset: QuerySet[SyncProblem]) -> None:
        """Close them; the next sync that meets one opens it again."""
        count = close_problems(ids=list(queryset.values_list("pk", flat=True)), now=timezone.now())
        messages.success(request, f"{count:,} closed. A sync that meets one opens it again.")

    def has_work_permission(self, request: HttpRequest) -> bool:
        """Say who may retry and close."""
        return bool(request.user.has_perm("crm_sync.change_syncproblem"))

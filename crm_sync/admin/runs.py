"""Runs: what each sync or import read and did, while it works and afterwards."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from crm_sync.admin.badges import RUN_COLOURS
from crm_sync.models import SyncProblem, SyncRun
from crm_sync.run_chart import CHART_RUNS, draw_runs

_SHOWN_PROBLEMS = 20


@admin.register(SyncRun)
class SyncRunAdmin(ReadOnlyTextrailAdmin):
    """Syncs and imports, newest first, with a chart of the latest."""

    list_display = (
        "started_at", "connection", "what", "state", "read", "created", "updated", "unchanged",
        "problems_found", "duration",
    )  # fmt: skip
    list_display_links = ("started_at",)
    list_filter = ("status", "trigger", "connection")
    list_select_related = ("connection",)
    list_before_template = "crm_sync/run_chart.html"
    change_form_outer_before_template = "crm_sync/run_result.html"
    fieldsets = ((None, {"fields": ("connection", "what", "state", "started_at", "duration")}),)
    readonly_fields = ("what", "state", "duration")

    @display(description="What")
    def what(self, run: SyncRun) -> str:
        """Return the imported file's name, or how the sync was started."""
        return run.file_name or run.get_trigger_display()

    @display(description="State", label=RUN_COLOURS)
    def state(self, run: SyncRun) -> str:
        """Return how it ended."""
        return run.get_status_display()

    @display(description="Read", ordering="read_count")
    def read(self, run: SyncRun) -> str:
        """Return how many records came."""
        return f"{run.read_count:,}"

    @display(description="New", ordering="created_count")
    def created(self, run: SyncRun) -> str:
        """Return how many of them were new."""
        return f"{run.created_count:,}"

    @display(description="Changed", ordering="updated_count")
    def updated(self, run: SyncRun) -> str:
        """Return how many had changed."""
        return f"{run.updated_count:,}"

    @display(description="Unchanged", ordering="unchanged_count")
    def unchanged(self, run: SyncRun) -> str:
        """Return how many were as before."""
        return f"{run.unchanged_count:,}"

    @display(description="Refused", ordering="problem_count")
    def problems_found(self, run: SyncRun) -> str:
        """Return how many were refused."""
        return f"{run.problem_count:,}"

    @display(description="Took")
    def duration(self, run: SyncRun) -> str:
        """Return how long it took."""
        if run.finished_at is None:
            return "still running" if run.status == SyncRun.Status.RUNNING else "–"
        seconds = (run.finished_at - run.started_at).total_seconds()
        return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Draw the latest runs above the list."""
        runs = list(SyncRun.objects.select_related("connection")[:CHART_RUNS])
        chart = draw_runs(runs[::-1])
        response: HttpResponse = super().changelist_view(
            request, {**(extra_context or {}), "chart": chart}
        )
        return response

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put the result above the facts of a run."""
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            run = response.context_data.get("original")
            if run is not None:
                response.context_data |= {"result": _result(run), "counts": _counts(run)}
        return response


def _result(run: SyncRun) -> dict[str, Any]:
    found = _found(run)
    warnings = [row for row in found if row.severity == SyncProblem.Severity.WARNING]
    errors = [row for row in found if row.severity == SyncProblem.Severity.ERROR]
    problems = reverse("admin:crm_sync_syncproblem_changelist")
    deals = reverse("admin:crm_sync_deal_changelist")
    return {
        "run": run,
        "is_running": run.status == SyncRun.Status.RUNNING,
        "percent": _percent(run),
        "findings": warnings,
        "refused": errors[:_SHOWN_PROBLEMS],
        "more": max(len(errors) - _SHOWN_PROBLEMS, 0),
        "problems_url": f"{problems}?connection__id__exact={run.connection_id}",
        "deals_url": f"{deals}?connection__id__exact={run.connection_id}",
        "import_url": reverse("admin:crm_sync_import"),
    }


def _counts(run: SyncRun) -> list[tuple[str, int]]:
    return [
        ("Read", run.read_count),
        ("New", run.created_count),
        ("Changed", run.updated_count),
        ("Unchanged", run.unchanged_count),
        ("Refused", run.problem_count),
    ]


def _found(run: SyncRun) -> QuerySet[SyncProblem]:
    """Return what the run met; a later run that met the same took it over."""
    return SyncProblem.objects.filter(run=run).order_by("severity", "row_number", "-first_seen_at")


def _percent(run: SyncRun) -> int:
    return min(100, round(100 * run.read_count / run.expected_count)) if run.expected_count else 0

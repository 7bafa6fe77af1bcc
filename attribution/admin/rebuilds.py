"""Rebuilds of all credit: started with a button, followed while they run, and what they found."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import display

from attribution.models import CreditBatch, Rebuild
from attribution.services import (
    RebuildEndedError,
    RebuildRunningError,
    cancel_rebuild,
    rebuilt_so_far,
    start_rebuild,
)
from campaigns.admin_base import (
    ReadOnlyTextrailAdmin,
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    signed_in_user,
)

STATE_COLORS = {
    Rebuild.State.RUNNING: "info",
    Rebuild.State.DONE: "success",
    Rebuild.State.CANCELLED: "warning",
}
_SLOW_AFTER = 20
"""Seconds after which nobody having taken a part up is worth a word."""


@admin.register(Rebuild)
class RebuildAdmin(RowActionsMixin, ReadOnlyTextrailAdmin):
    """What was derived and divided again, and what that posted."""

    list_display = ("started_at", "standing", "started_by", "ended_at", "found")
    list_select_related = ("started_by",)
    fields = ("started_at", "started_by", "ended_at")
    list_before_template = "attribution/ledger/rebuild_start.html"
    change_form_before_template = "attribution/ledger/rebuild_page.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        """Bring the parts along, from which the results are added up."""
        return super().get_queryset(request).prefetch_related("parts")

    def get_urls(self) -> list[URLPattern]:
        """Add the button's address and the part of the page that renews itself."""
        wrap = self.admin_site.admin_view
        return [
            path("start/", wrap(self.start_view), name="attribution_rebuild_start"),
            path(
                "<uuid:pk>/progress/", wrap(self.progress_view), name="attribution_rebuild_progress"
            ),
            *super().get_urls(),
        ]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Offer to start one, to whoever may."""
        context = {"may_start": _may_start(request), **(extra_context or {})}
        return super().changelist_view(request, context)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show how far it is and what it found."""
        rebuild = self.get_object(request, object_id) if object_id else None
        shown = _progress(rebuild) if rebuild else {}
        return super().changeform_view(
            request, object_id, form_url, {**shown, **(extra_context or {})}
        )

    def start_view(self, request: HttpRequest) -> HttpResponse:
        """Start one, or lead to the one that runs."""
        if request.method != "POST" or not _may_start(request):
            messages.error(request, "You may not start a rebuild.")
            return redirect("admin:attribution_rebuild_changelist")
        try:
            rebuild = start_rebuild(now=timezone.now(), by=signed_in_user(request))
        except RebuildRunningError as error:
            messages.warning(request, str(error))
            return redirect("admin:attribution_rebuild_changelist")
        return redirect("admin:attribution_rebuild_change", rebuild.pk)

    def progress_view(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Return the part of the page that renews itself."""
        rebuild = self.get_object(request, str(pk))
        if rebuild is None or not self.has_view_permission(request):
            return HttpResponse(status=404)
        return render(request, "attribution/ledger/_rebuild.html", _progress(rebuild))

    def row_actions(self, request: HttpRequest, obj: Rebuild) -> list[RowAction]:
        """Let a running one be cancelled."""
        if obj.state != Rebuild.State.RUNNING:
            return []
        return [
            RowAction(
                name="cancel",
                label="Cancel the rebuild",
                run=_cancel,
                variant="danger",
                confirm="No more parts are taken up. What was posted stays: it is right as it is.",
                permission="attribution.add_rebuild",
            )
        ]

    @display(description="State", label=STATE_COLORS)
    def standing(self, obj: Rebuild) -> tuple[str, str]:
        """Return the state as a badge."""
        return obj.state, obj.get_state_display()

    @display(description="Found")
    def found(self, obj: Rebuild) -> str:
        """Return how many outcomes were divided and what that posted."""
        reached = rebuilt_so_far(obj)
        return f"{reached.outcome_count:,} outcomes divided, {reached.entry_count:,} entries posted"


def _cancel(request: HttpRequest, obj: Rebuild) -> str:
    try:
        cancel_rebuild(rebuild=obj, now=timezone.now())
    except RebuildEndedError as error:
        raise RowActionRefusedError([str(error)]) from error
    return "The rebuild is cancelled."


def _may_start(request: HttpRequest) -> bool:
    return request.user.has_perm("attribution.add_rebuild")


def _progress(rebuild: Rebuild) -> dict[str, Any]:
    reached = rebuilt_so_far(rebuild)
    is_running = rebuild.state == Rebuild.State.RUNNING
    age = (timezone.now() - rebuild.started_at).total_seconds()
    causes = dict(CreditBatch.Cause.choices)
    return {
        "rebuild": rebuild,
        "reached": reached,
        "is_running": is_running,
        "is_slow": is_running and not reached.done and age > _SLOW_AFTER,
        "repeated": sum(part.is_repeated for part in rebuild.parts.all()),
        "causes": [(causes[name], n) for name, n in sorted(reached.entries_by_cause.items())],
        "progress_url": reverse("admin:attribution_rebuild_progress", args=[rebuild.pk]),
        "batches_url": reverse("admin:attribution_creditbatch_changelist"),
    }

"""The page “Dead ends”: hits that led to no live link, and what to do about them."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from campaigns.admin_base import ReadOnlyTextrailAdmin
from tracking.models import OrphanTotal
from tracking.orphan_list import list_orphans, machine_only

PERIODS = {7: "7 days", 30: "30 days", 90: "90 days", 365: "A year"}
_OPENS_WITH = 30


@admin.register(OrphanTotal)
class OrphanTotalAdmin(ReadOnlyTextrailAdmin):
    """One page instead of a list: rows of single days would say little."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the addresses of the chosen days by kind."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        days = _days(request.GET.get("days", ""))
        with_machines, now = request.GET.get("machines") == "1", timezone.now()
        return TemplateResponse(
            request,
            "tracking/orphans.html",
            {
                **self.admin_site.each_context(request),
                "title": "Dead ends",
                "groups": list_orphans(now=now, days=days, with_machines=with_machines),
                "periods": PERIODS,
                "days": days,
                "with_machines": with_machines,
                "machine_count": machine_only(now=now, days=days),
                "may_add": request.user.has_perm("links.add_link"),
                **(extra_context or {}),
            },
        )


def _days(text: str) -> int:
    """Return the chosen number of days; anything that is not offered opens as usual."""
    return int(text) if text.isdecimal() and int(text) in PERIODS else _OPENS_WITH

"""The checklist: what the mission asks, each answer from the data."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from attribution import checklist
from attribution.checklist_lines import State


def checklist_url(site: AdminSite) -> URLPattern:
    """Return the checklist's address. Every member of staff may read it: it only counts."""

    def view(request: HttpRequest) -> HttpResponse:
        items = checklist.build(now=timezone.now())
        context = {
            **site.each_context(request),
            "title": "Checklist",
            "items": items,
            "done": sum(item.state == State.HOLDS for item in items),
        }
        return TemplateResponse(request, "attribution/checklist.html", context)

    return path("checklist/", site.admin_view(view), name="attribution_checklist")

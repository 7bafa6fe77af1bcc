"""The checklist: what the mission asks, each answer from the data."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path


def checklist_url(site: AdminSite) -> URLPattern:
    """Return the checklist's address."""

    def view(request: HttpRequest) -> HttpResponse:
        context = {**site.each_context(request), "title": "Checklist"}
        return TemplateResponse(request, "admin/base_site.html", context)

    return path("checklist/", site.admin_view(view), name="attribution_checklist")

"""The report pages and the checklist: addresses and views."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path


def page_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the pages that belong to no model's admin."""

    def page(title: str):  # type: ignore[no-untyped-def]
        def view(request: HttpRequest) -> HttpResponse:
            context = {**site.each_context(request), "title": title}
            return TemplateResponse(request, "admin/base_site.html", context)

        return site.admin_view(view)

    return [
        path("reports/sends/", page("Send report"), name="attribution_report_sends"),
        path("reports/channels/", page("Channels compared"), name="attribution_report_channels"),
        path(
            "reports/reconciliation/",
            page("Reconciliation"),
            name="attribution_report_reconciliation",
        ),
        path("checklist/", page("Checklist"), name="attribution_checklist"),
    ]

"""The report pages: one for every report there is, drawn from its kind, its columns and its rows."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from attribution.admin.cell_links import cell_links
from attribution.admin.report_charts import charts_of
from attribution.admin.report_empty import empty_of
from attribution.admin.report_figures import figures_of
from attribution.admin.report_tables import proof_lines, table_of
from attribution.admin.report_views import default_view, saved_views_of, view_urls
from attribution.page_urls import page_url
from attribution.report_address import report_url
from attribution.report_files import FORMATS, file_of
from attribution.report_form import ReportForm
from attribution.reports.kinds import ReportKind
from attribution.reports.query import InvalidReportQueryError
from attribution.reports.registry import REPORT_PERMISSION, REPORTS, AnyReport
from attribution.reports.scope import NoCreditRuleError
from attribution.saved_views import kept_parameters, report_of

Context = dict[str, Any]
View = Callable[[HttpRequest], HttpResponse]


def page_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of all reports' pages, and of what can be done with their views."""
    pages = [
        path(
            f"reports/{name}/",
            site.admin_view(_page(site, kind)),
            name=f"attribution_report_{name}",
        )
        for name, kind in REPORTS.items()
    ]
    return [*pages, *view_urls(site)]


def _page(site: AdminSite, kind: ReportKind) -> View:
    """Return a report's view: its switches, its figures, or what is wrong with the switches."""

    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(REPORT_PERMISSION):
            raise PermissionDenied
        first = default_view(request, kind.name) if not request.GET else None
        if first is not None:
            return HttpResponseRedirect(first)
        params = kept_parameters(request.GET.dict())
        context, error, status = _shell(site, kind, request), None, 200
        try:
            report = report_of(kind.name, params, now=timezone.now())
            wanted = request.GET.get("format", "")
            if wanted in FORMATS:
                return _download(report, wanted)
            context |= _shown(report, request)
        except InvalidReportQueryError as problem:
            error, status = problem, 400
            context["trouble"] = "The report cannot be shown with these choices."
        except NoCreditRuleError as problem:
            context["trouble"] = str(problem)
        context["form"] = ReportForm(kind, params, error=error)
        return TemplateResponse(request, "attribution/reports/report.html", context, status=status)

    return view


def _shell(site: AdminSite, kind: ReportKind, request: HttpRequest) -> Context:
    return {
        **site.each_context(request),
        "title": kind.title,
        "lead": kind.question,
        "is_fullwidth": "1",
        "kept": saved_views_of(request, kind.name),
    }


def _download(report: AnyReport, wanted: str) -> HttpResponse:
    file = file_of(report, wanted)
    headers = {"Content-Disposition": f'attachment; filename="{file.name}"'}
    return HttpResponse(file.content, content_type=file.media_type, headers=headers)


def _shown(report: AnyReport, request: HttpRequest) -> Context:
    """Return what a report's page shows of it."""
    links = cell_links(report)
    pinned = report.definitions.pinned
    return {
        "report": report,
        "charts": charts_of(report, links),
        "figures": figures_of(report),
        "table": table_of(report, links),
        "proof_lines": proof_lines(report.proof.statements),
        "reconciliation_url": page_url("attribution_report_reconciliation"),
        "permalink": request.build_absolute_uri(report_url(report.name, pinned)),
        "downloads": [
            (label, report_url(report.name, {**pinned, "format": name}))
            for name, label in FORMATS.items()
        ],
        "empty": empty_of(report.name),
        "empty_url": page_url(empty_of(report.name).view),
    }

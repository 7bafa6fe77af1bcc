"""The report pages and the checklist: addresses and views."""

from collections.abc import Callable
from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from attribution.admin.report_bars import channel_bars, rule_bars, waterfalls
from attribution.admin.report_tables import (
    channel_table,
    key_figures,
    proof_lines,
    send_table,
)
from attribution.forms import ReportForm
from attribution.page_urls import page_url
from attribution.reports import channels, reconciliation, rules, sends
from attribution.reports.query import InvalidReportQueryError, ReportQuery
from attribution.reports.registry import query_of
from attribution.reports.scope import NoCreditRuleError

PERMISSION = "attribution.view_sendperformance"
Context = dict[str, Any]
Build = Callable[[ReportQuery], Context]


def page_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the pages that belong to no model's admin."""
    return [
        path(f"reports/{name}/", site.admin_view(view(site)), name=f"attribution_report_{name}")
        for name, view in (
            ("sends", _sends_view),
            ("channels", _channels_view),
            ("reconciliation", _reconciliation_view),
        )
    ]


def _sends_view(site: AdminSite) -> Callable[[HttpRequest], HttpResponse]:
    lead = "Spend, leads, pipeline and revenue of every send, under one rule. It moves when a deal moves."
    return _view(site, "sends", sends.TITLE, lead, _send_page)


def _channels_view(site: AdminSite) -> Callable[[HttpRequest], HttpResponse]:
    lead = "Every channel measured the same way: the same rule, the same lookback, the same money."
    return _view(site, "channels", channels.TITLE, lead, _channel_page)


def _reconciliation_view(site: AdminSite) -> Callable[[HttpRequest], HttpResponse]:
    lead = "Where every outcome and every cent of the CRM went: attributed, unattributed or excluded, each with its reason."
    return _view(site, "reconciliation", reconciliation.TITLE, lead, _reconciliation_page)


def _view(
    site: AdminSite, name: str, title: str, lead: str, build: Build
) -> Callable[[HttpRequest], HttpResponse]:
    """Return a view: the filters, the report they ask for, or what is wrong with them."""

    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        context: Context = {**site.each_context(request), "title": title, "lead": lead}
        error, status = None, 200
        try:
            context |= build(query_of(request.GET.dict()))
            if request.GET.get("format") == "csv":
                return _csv(name, context["report"].for_csv())
        except InvalidReportQueryError as problem:
            error, status = problem, 400
            context["trouble"] = "The report cannot be shown with these choices."
        except NoCreditRuleError as problem:
            context["trouble"] = str(problem)
        form = ReportForm(request.GET.dict(), error=error)
        if name == "reconciliation":
            form = form.without("date_basis", "channel", "campaign")
        csv_query = request.GET.copy()
        csv_query["format"] = "csv"
        context |= {"form": form, "is_fullwidth": "1", "csv_query": csv_query.urlencode()}
        template = f"attribution/reports/{name}.html"
        return TemplateResponse(request, template, context, status=status)

    return view


def _csv(name: str, text: str) -> HttpResponse:
    """Return the file, with the byte-order mark that makes Excel read it as UTF-8."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return HttpResponse("\ufeff" + text, content_type="text/csv; charset=utf-8", headers=headers)


def _send_page(query: ReportQuery) -> Context:
    report = sends.build(query, now=timezone.now())
    return {
        "report": report,
        "table": send_table(report),
        "figures": key_figures(report.total.metrics, report.currency) if report.total else [],
        "proof_lines": proof_lines(report.proof.statements),
        "reconciliation_url": page_url("attribution_report_reconciliation"),
        "empty": {
            "icon": "sms",
            "title": "No send has gone out yet",
            "text": "Plan a send, check its links and set it live. Its taps, leads and revenue appear here by themselves.",
            "url": page_url("campaigns_send_add"),
            "action": "Plan a send",
        },
    }


def _channel_page(query: ReportQuery) -> Context:
    now = timezone.now()
    report = channels.build(query, now=now)
    colors = {row.channel: row.color for row in report.rows}
    return {
        "report": report,
        "table": channel_table(report),
        "bars": channel_bars(report),
        "rule_bars": rule_bars(rules.build(query, now=now), colors),
        "proof_lines": proof_lines(report.proof.statements),
        "reconciliation_url": page_url("attribution_report_reconciliation"),
        "empty": {
            "icon": "hub",
            "title": "No channel has cost or earned anything yet",
            "text": "Channels appear as soon as their touches earn credit or their spend is recorded.",
            "url": page_url("campaigns_spend_changelist"),
            "action": "Record spend",
        },
    }


def _reconciliation_page(query: ReportQuery) -> Context:
    report = reconciliation.build(query, now=timezone.now())
    return {"report": report, "statements": waterfalls(report)}

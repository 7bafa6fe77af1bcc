"""The panel “Results” on a send's page: what it brought, under the rule reports open with."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from attribution.page_urls import page_url
from attribution.reports import sends
from attribution.reports.columns import DASH, short_amount, shown_count
from attribution.reports.registry import REPORT_PERMISSION
from attribution.reports.scope import NoCreditRuleError
from campaigns.models import Send
from campaigns.money import display_amount
from campaigns.send_page import Panel


def results_of(send: Send, request: HttpRequest) -> dict[str, Any] | None:
    """Return the panel's context; None for a send that never went out, or without permission."""
    if send.live_at is None or not request.user.has_perm(REPORT_PERMISSION):
        return None
    try:
        row, scope = sends.build_row(send, now=timezone.now())
    except NoCreditRuleError:
        return None
    one, currency = row.metrics, scope.currency
    influenced = one.influenced_minor or 0
    return {
        "rule": scope.rule.name,
        "report_url": page_url("attribution_report_sends"),
        "figures": [
            ("Spend", short_amount(one.spend_minor, currency)),
            ("Human taps", f"{one.human_taps or 0:,}"),
            ("Leads credited", shown_count(one.leads)),
            ("Cost per lead", _money(one.cost_per_lead_minor, currency)),
            ("Opportunities credited", shown_count(one.opportunities)),
            ("Pipeline created", short_amount(one.pipeline_minor, currency)),
            ("Open pipeline influenced", short_amount(influenced, currency)),
            ("Revenue attributed", short_amount(one.revenue_minor, currency)),
            ("ROAS", DASH if one.roas is None else f"{one.roas:,.2f}"),
        ],
    }


def _money(minor: int | None, currency: str) -> str:
    return DASH if minor is None else display_amount(minor, currency)


RESULTS_PANEL = Panel("Results", 90, "attribution/send_results.html", results_of)

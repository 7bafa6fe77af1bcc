"""Evidence for the last three steps: the CRM's fields, revenue, all channels by one logic."""

from datetime import datetime

from django.db.models import Count, Max, Q

from attribution.checklist_lines import Line, State, none_of, shown
from attribution.models import CreditBatch
from attribution.page_urls import page_url
from attribution.reports import channels as channel_report
from attribution.reports.influence import shared_opportunity_count
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import NoCreditRuleError
from campaigns.money import display_amount
from crm_sync.models import Connection, Contact, WriteBack
from tracking.models import Event, Person

SMS = "sms"
ChannelReport = Report[channel_report.ChannelRow]


def report_of_channels(now: datetime) -> ChannelReport | None:
    """Return the channel report over all days, or None while no credit rule is active."""
    try:
        return channel_report.build(ReportQuery(), now=now)
    except NoCreditRuleError:
        return None


def crm() -> list[Line]:
    """Return how the origin of a lead reaches the CRM. Five queries."""
    carried = Event.objects.filter(goal__isnull=False, click_id__isnull=False).count()
    named = Person.objects.exclude(original_utm_campaign="").count()
    contacts = Contact.objects.filter(
        identity__person__original_channel__slug=SMS, deleted_at__isnull=True
    ).count()
    written = WriteBack.objects.aggregate(
        written=Count("pk", filter=Q(status="written")),
        refused=Count("pk", filter=Q(status="refused")),
    )
    writes = Connection.objects.filter(is_active=True, writes_back=True).count()
    outbox = page_url("crm_sync_writeback_changelist")
    return [
        shown(
            f"{carried:,} form posts and events brought the click id of their tap",
            holds=carried > 0,
            url=page_url("tracking_event_changelist"),
        ),
        shown(
            f"{named:,} people have their originating campaign in a field of its own",
            holds=named > 0,
            url=page_url("tracking_person_changelist"),
        ),
        shown(f"{contacts:,} CRM contacts came by SMS", holds=contacts > 0),
        shown(
            f"{written['written']:,} contacts were written back to the CRM"
            if writes
            else "Writing to the CRM is switched off",
            holds=bool(writes and written["written"]),
            url=outbox if writes else page_url("crm_sync_connection_changelist"),
        ),
        none_of(
            written["refused"],
            broken="write-backs were refused by the CRM",
            clean="The CRM has refused nothing",
            url=outbox,
        ),
    ]


def revenue(report: ChannelReport | None) -> list[Line]:
    """Return whether the report shows revenue, adds up and moves."""
    if report is None:
        return [
            Line(
                "No credit rule is active",
                State.OPEN,
                page_url("attribution_creditrule_changelist"),
            )
        ]
    sms = next((row.metrics for row in report.rows if row.slug == SMS), None)
    earned = display_amount(sms.revenue_minor if sms else 0, report.currency)
    pipeline = display_amount(sms.pipeline_minor if sms else 0, report.currency)
    moves = CreditBatch.objects.aggregate(
        total=Count("pk"),
        by_deals=Count("pk", filter=Q(cause=CreditBatch.Cause.DEAL_CHANGED)),
        latest=Max("posted_at"),
    )
    latest = f", the latest on {moves['latest']:%B %d at %H:%M}" if moves["latest"] else ""
    return [
        shown(
            f"SMS earned {earned} of revenue and {pipeline} of pipeline "
            f"({report.definitions.rule_name})",
            holds=bool(sms and (sms.revenue_minor or sms.pipeline_minor)),
            url=page_url("attribution_report_sends"),
        ),
        Line(
            "Attributed, unattributed and excluded add up to the CRM's total"
            if report.reconciles
            else "The ledger differs from the CRM's total",
            State.HOLDS if report.reconciles else State.BROKEN,
            page_url("attribution_report_reconciliation"),
        ),
        shown(
            f"Credit was posted {moves['total']:,} times, {moves['by_deals']:,} of them because "
            f"deals changed{latest}",
            holds=moves["total"] > 0,
            url=page_url("attribution_creditentry_changelist"),
        ),
    ]


def channels(report: ChannelReport | None) -> list[Line]:
    """Return whether SMS stands beside other channels under one rule."""
    earning = [row for row in report.rows if _earns(row)] if report else []
    mixed = shared_opportunity_count()
    names = ", ".join(row.channel for row in earning[:6])
    has_sms = any(row.slug == SMS for row in earning)
    url = page_url("attribution_report_channels")
    rule = report.definitions.rule_name if report else "no rule"
    return [
        shown(
            f"{len(earning)} channels earn credit under the same rule ({rule}): {names or 'none yet'}",
            holds=len(earning) > 1,
            url=url,
        ),
        shown(
            "SMS is one of them" if has_sms else "SMS has earned no credit yet",
            holds=has_sms,
            url=url,
        ),
        shown(
            f"{mixed:,} deals were touched by more than one channel; each shows them on one timeline",
            holds=mixed > 0,
            url=page_url("attribution_dealjourney_changelist"),
        ),
    ]


def _earns(row: channel_report.ChannelRow) -> bool:
    one = row.metrics
    return bool(one.leads_micro or one.opportunities_micro or one.wins_micro)

"""Findings: what in the data a person should know, counted, with the money at stake.

A finding stands while its rows exist, is resolved when they are gone, and opens again when
they come back. Money is in minor units of the reporting currency; None where it is unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Abs, Lower

from attribution.models import Bucket, CreditRule, CreditTotal, Finding, Outcome
from campaigns.models import NamingConvention
from crm_sync.models import Contact, Deal, DealContact, SyncProblem
from links.models import LinkAlert
from tracking.models import Touchpoint

_SEVERITY = Finding.Severity
_KIND = Outcome.Kind
_EXCLUSION = Outcome.Exclusion


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows a check found, and the money they are about."""

    row_count: int
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look for, and what to do about it."""

    code: str
    severity: Finding.Severity
    title: str
    advice: str
    look: Callable[[], Seen]


def refresh_findings(*, now: datetime) -> int:
    """Look at the data again, open and resolve findings; return how many are open."""
    known = {finding.code: finding for finding in Finding.objects.all()}
    opened = 0
    for check in CHECKS:
        seen = check.look()
        finding = known.get(check.code)
        if seen.row_count:
            opened += 1
            _open(check, seen, finding, now)
        elif finding is not None and finding.resolved_at is None:
            finding.resolved_at = now
            finding.save(update_fields=["resolved_at"])
    return opened


def _open(check: Check, seen: Seen, finding: Finding | None, now: datetime) -> None:
    if finding is None:
        finding = Finding(code=check.code, first_seen_at=now)
    finding.severity = check.severity
    finding.title = check.title
    finding.advice = check.advice
    finding.row_count = seen.row_count
    finding.amount_minor = seen.amount_minor
    finding.latest_seen_at = now
    finding.resolved_at = None
    finding.save()


def _excluded(kind: str, exclusion: str) -> Callable[[], Seen]:
    """Look for outcomes of a kind that are excluded for a reason."""

    def look() -> Seen:
        found = Outcome.objects.filter(kind=kind, exclusion=exclusion)
        sums = found.aggregate(rows=Count("pk"), amount=Sum("amount_minor"))
        return Seen(sums["rows"], sums["amount"] or None)

    return look


def _without_rate() -> Seen:
    return Seen(Outcome.objects.filter(exclusion=_EXCLUSION.NO_RATE).count())


def _too_large() -> Seen:
    found = Outcome.objects.filter(exclusion=_EXCLUSION.TOO_LARGE)
    return Seen(found.count(), found.aggregate(most=Sum(Abs("amount_minor")))["most"])


def _of_deals(deals: QuerySet[Deal]) -> Seen:
    """Count deals, with the amounts of their opportunities."""
    worth = Outcome.objects.filter(kind=_KIND.OPPORTUNITY, deal__in=deals)
    return Seen(deals.count(), worth.aggregate(amount=Sum("amount_minor"))["amount"])


def _without_company() -> Seen:
    return _of_deals(Deal.objects.present().filter(company__isnull=True).order_by())


def _without_contacts() -> Seen:
    named = DealContact.objects.filter(deal=OuterRef("pk"), contact__deleted_at__isnull=True)
    at_company = Contact.objects.filter(company=OuterRef("company"), deleted_at__isnull=True)
    nobody = Deal.objects.present().filter(~Exists(named), ~Exists(at_company))
    return _of_deals(nobody.order_by())


def _sms_elsewhere() -> Seen:
    """Look for touches that carry an SMS tag or came by an SMS send, in another channel."""
    convention = NamingConvention.objects.filter(channel__slug="sms", status="published").first()
    sources = convention.sources if convention else ["sms"]
    mediums = convention.mediums if convention else ["text"]
    is_sms = Q(source__in=sources) | Q(medium__in=[*mediums, "sms"]) | Q(send__channel__slug="sms")
    touches = Touchpoint.objects.annotate(source=Lower("utm_source"), medium=Lower("utm_medium"))
    return Seen(touches.filter(is_sms).exclude(channel__slug="sms").count())


def _unattributed(reason: str) -> Callable[[], Seen]:
    """Look for wins nobody earned, for a reason, under the rule that reports open with."""

    def look() -> Seen:
        cells = CreditTotal.objects.filter(
            rule__in=CreditRule.objects.active().filter(is_default=True),
            grain=CreditTotal.Grain.ALL,
            kind=_KIND.WIN,
            bucket=Bucket.UNATTRIBUTED,
            reason=reason,
        )
        sums = cells.aggregate(micro=Sum("count_micro"), amount=Sum("amount_minor"))
        return Seen((sums["micro"] or 0) // 1_000_000, sums["amount"])

    return look


def _not_imported() -> Seen:
    return Seen(SyncProblem.objects.unresolved().filter(severity="error").count())


def _broken_links() -> Seen:
    return Seen(LinkAlert.objects.open().count())


CHECKS = (
    Check(
        "broken_links", _SEVERITY.ERROR, "Broken links in sends that are live",
        "Open the broken links: each says what is wrong and what to do. People are tapping them.",
        _broken_links,
    ),
    Check(
        "won_without_amount", _SEVERITY.ERROR, "Won deals without an amount",
        "Enter the amount in the CRM. Until then each counts as a win and adds nothing to revenue.",
        _excluded(_KIND.WIN, _EXCLUSION.NO_AMOUNT),
    ),
    Check(
        "won_without_date", _SEVERITY.ERROR, "Won deals without a close date",
        "Enter the close date in the CRM. Without a day no touch can be said to come before it.",
        _excluded(_KIND.WIN, _EXCLUSION.NO_DATE),
    ),
    Check(
        "missing_rate", _SEVERITY.ERROR, "Outcomes in a currency without an exchange rate",
        "Add the exchange rate of their days. Credit follows by itself.",
        _without_rate,
    ),
    Check(
        "amount_too_large", _SEVERITY.ERROR, "Amounts too large to be right",
        "Correct the amount in the CRM: it is beyond what can be divided exactly.",
        _too_large,
    ),
    Check(
        "sms_outside_sms", _SEVERITY.ERROR, "Touches with SMS tags in another channel",
        "Look at the channel rules: an SMS source, medium or link has to lead to SMS.",
        _sms_elsewhere,
    ),
    Check(
        "not_imported", _SEVERITY.ERROR, "CRM records that could not be taken over",
        "Open the sync problems, put the records right in the CRM, and retry.",
        _not_imported,
    ),
    Check(
        "opportunity_without_amount", _SEVERITY.WARNING, "Opportunities without an amount",
        "Enter an amount in the CRM, so that the pipeline shows what they are worth.",
        _excluded(_KIND.OPPORTUNITY, _EXCLUSION.NO_AMOUNT),
    ),
    Check(
        "opportunity_without_date", _SEVERITY.WARNING, "Opportunities without a creation date",
        "Map or enter the creation date in the CRM. Until then no touch can earn them.",
        _excluded(_KIND.OPPORTUNITY, _EXCLUSION.NO_DATE),
    ),
    Check(
        "deal_without_company", _SEVERITY.WARNING, "Deals without a company",
        "Link the deals to their companies in the CRM, so that colleagues’ touches can count.",
        _without_company,
    ),
    Check(
        "deal_without_contacts", _SEVERITY.WARNING, "Deals without any contact",
        "Add the people to the deals in the CRM. Without a person there is no journey.",
        _without_contacts,
    ),
    Check(
        "unattributed_no_contacts", _SEVERITY.WARNING, "Wins that nobody earned: no contacts",
        "Add the buyers to the deals in the CRM.",
        _unattributed("no_contacts"),
    ),
    Check(
        "unattributed_no_touches", _SEVERITY.WARNING, "Wins that nobody earned: no touches",
        "Their people never touched a tracked link or page. Check that forms carry the click id.",
        _unattributed("no_touches"),
    ),
    Check(
        "unattributed_outside_lookback", _SEVERITY.NOTICE,
        "Wins that nobody earned: touches too long ago",
        "Compare with a longer lookback before concluding that marketing had no part.",
        _unattributed("outside_lookback"),
    ),
    Check(
        "unattributed_only_excluded", _SEVERITY.NOTICE,
        "Wins that nobody earned: only machines, staff or tests",
        "Look at their taps: what was graded a machine may have been a person.",
        _unattributed("only_excluded_touches"),
    ),
)  # fmt: skip
"""Every check, in the order in which findings are worth reading."""

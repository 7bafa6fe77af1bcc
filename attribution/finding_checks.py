"""What to look for in the data, and what to do about it: one check per kind of finding.

Money is in minor units of the reporting currency; None where it is unknown.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Abs, Cast, Lower, Upper

from attribution.models import Bucket, CreditEntry, CreditRule, CreditTotal, Finding, Outcome
from attribution.page_urls import page_url
from campaigns.models import NamingConvention
from crm_sync.models import Connection, Contact, Deal, DealContact, SyncProblem
from links.models import LinkAlert, WebhookEndpoint
from tracking.models import PendingChange, Touchpoint

_SEVERITY = Finding.Severity
_KIND = Outcome.Kind
_EXCLUSION = Outcome.Exclusion
SETTLE_WITHIN = timedelta(minutes=1)
"""How long a noted change may wait before somebody should look at the worker."""

LATE_SYNCS = 3
"""How many syncs in a row a connection may miss before its figures count as stale."""


# The noted deals become one array first: right after a large import, before the database has
# counted its rows, a join of the two tables would compare each with each.
_WAITING = """
    SELECT sum(amount_minor) FROM attribution_outcome
    WHERE kind = 'opportunity' AND deal_id = ANY(ARRAY(
        SELECT subject_id FROM tracking_pendingchange WHERE subject = 'deal' AND noted_at < %s
    ))
"""


@dataclass(frozen=True, slots=True)
class Seen:
    """How many rows a check found, and the money they are about."""

    row_count: int
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One thing to look for at a moment, what to do about it, and the page that shows the rows."""

    code: str
    severity: Finding.Severity
    title: str
    advice: str
    look: Callable[[datetime], Seen]
    page: str = ""


def _excluded(kind: str, exclusion: str) -> Callable[[datetime], Seen]:
    """Look for outcomes of a kind that are excluded for a reason."""

    def look(_now: datetime) -> Seen:
        found = Outcome.objects.filter(kind=kind, exclusion=exclusion)
        sums = found.aggregate(rows=Count("pk"), amount=Sum("amount_minor"))
        return Seen(sums["rows"], sums["amount"] or None)

    return look


def _without_rate(_now: datetime) -> Seen:
    return Seen(Outcome.objects.filter(exclusion=_EXCLUSION.NO_RATE).count())


def _too_large(_now: datetime) -> Seen:
    found = Outcome.objects.filter(exclusion=_EXCLUSION.TOO_LARGE)
    return Seen(found.count(), found.aggregate(most=Sum(Abs("amount_minor")))["most"])


def _of_deals(deals: QuerySet[Deal]) -> Seen:
    """Count deals, with the amounts of their opportunities."""
    worth = Outcome.objects.filter(kind=_KIND.OPPORTUNITY, deal__in=deals)
    return Seen(deals.count(), worth.aggregate(amount=Sum("amount_minor"))["amount"])


def _without_company(_now: datetime) -> Seen:
    return _of_deals(Deal.objects.present().filter(company__isnull=True).order_by())


def _without_contacts(_now: datetime) -> Seen:
    named = DealContact.objects.filter(deal=OuterRef("pk"), contact__deleted_at__isnull=True)
    at_company = Contact.objects.filter(company=OuterRef("company"), deleted_at__isnull=True)
    nobody = Deal.objects.present().filter(~Exists(named), ~Exists(at_company))
    return _of_deals(nobody.order_by())


def _sms_elsewhere(_now: datetime) -> Seen:
    """Look for touches that carry an SMS tag or came by an SMS send, in another channel."""
    convention = NamingConvention.objects.filter(channel__slug="sms", status="published").first()
    sources = convention.sources if convention else ["sms"]
    mediums = convention.mediums if convention else ["text"]
    is_sms = Q(source__in=sources) | Q(medium__in=[*mediums, "sms"]) | Q(send__channel__slug="sms")
    touches = Touchpoint.objects.annotate(source=Lower("utm_source"), medium=Lower("utm_medium"))
    return _of_touches(touches.filter(is_sms).exclude(channel__slug="sms"))


def _of_touches(touches: QuerySet[Touchpoint]) -> Seen:
    """Count touches, with the revenue they hold under the rule that reports open with."""
    held = CreditEntry.objects.filter(
        touch__in=touches.order_by().values("pk"),
        rule__in=CreditRule.objects.active().filter(is_default=True),
        outcome__kind=_KIND.WIN,
    )
    return Seen(touches.count(), held.aggregate(amount=Sum("amount_minor"))["amount"])


def _tags_disagree(_now: datetime) -> Seen:
    """Look for taps on our own links whose tags name another source, medium or campaign."""
    differs = Q()
    for name in ("utm_source", "utm_medium", "utm_campaign"):
        is_other = ~Q(**{f"{name}__iexact": F(f"send__{name}")})
        differs |= is_other & ~Q(**{name: ""}) & ~Q(**{f"send__{name}": ""})
    return _of_touches(Touchpoint.objects.filter(differs, send__isnull=False, link__isnull=False))


def _twice(_now: datetime) -> Seen:
    """Look for deals of one company that share name, amount and day: all but one of each."""
    alike = (
        Deal.objects.present()
        .filter(company__isnull=False, amount_minor__isnull=False)
        .order_by()
        .values("company", "currency", "amount_minor", "deal_created_at", upper=Upper("name"))
        .annotate(number=Count("pk"), first=Min(Cast("pk", CharField())))
        .filter(number__gt=1)
    )
    firsts = [group["first"] for group in alike]
    worth = Outcome.objects.filter(kind=_KIND.OPPORTUNITY, deal__in=firsts)
    each = {str(deal): minor for deal, minor in worth.values_list("deal", "amount_minor")}
    extra = [(group["number"] - 1, each.get(group["first"], 0)) for group in alike]
    amount = sum(number * minor for number, minor in extra)
    return Seen(sum(number for number, _ in extra), amount or None)


def _over_refunded(_now: datetime) -> Seen:
    """Look for wins of which more was taken back than they brought; what is below nothing."""
    won = (
        Outcome.objects.filter(kind=_KIND.WIN)
        .exclude(exclusion=_EXCLUSION.WITHDRAWN)
        .annotate(
            taken=Subquery(
                Outcome.objects.filter(kind=_KIND.REFUND, deal=OuterRef("deal"))
                .order_by()
                .values("deal")
                .annotate(taken=Sum("amount_minor"))
                .values("taken")
            )
        )
        .annotate(left=F("amount_minor") + F("taken"))
        .filter(left__lt=0)
    )
    sums = won.aggregate(rows=Count("pk"), amount=Sum("left"))
    return Seen(sums["rows"], -sums["amount"] if sums["amount"] else None)


def _stale(now: datetime) -> Seen:
    """Look for connections on a schedule that have missed several syncs; their open pipeline."""
    behind = [
        crm.pk
        for crm in Connection.objects.filter(is_active=True).exclude(provider="csv_file")
        if (crm.synced_at or crm.created_at)
        < now - LATE_SYNCS * timedelta(minutes=crm.sync_minutes)
    ]
    open_deals = Deal.objects.present().filter(connection__in=behind, outcome="open").order_by()
    return Seen(len(behind), _of_deals(open_deals).amount_minor)


def _unsettled(now: datetime) -> Seen:
    """Look for noted changes that wait longer than they should; the deals among them."""
    waiting = PendingChange.objects.filter(noted_at__lt=now - SETTLE_WITHIN)
    with connection.cursor() as cursor:
        cursor.execute(_WAITING, [now - SETTLE_WITHIN])
        (amount,) = cursor.fetchone()
    return Seen(waiting.count(), amount)


def _switched_off(_now: datetime) -> Seen:
    endpoints = WebhookEndpoint.objects.filter(is_active=False, switched_off_at__isnull=False)
    return Seen(endpoints.exclude(switched_off_reason="").count())


def _unattributed(reason: str) -> Callable[[datetime], Seen]:
    """Look for wins nobody earned, for a reason, under the rule that reports open with."""

    def look(_now: datetime) -> Seen:
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


def _not_imported(_now: datetime) -> Seen:
    return Seen(SyncProblem.objects.unresolved().filter(severity="error").count())


def _broken_links(_now: datetime) -> Seen:
    return Seen(LinkAlert.objects.open().count())


CHECKS = (
    Check(
        "broken_links", _SEVERITY.ERROR, "Broken links in sends that are live",
        "Open the broken links: each says what is wrong and what to do. People are tapping them.",
        _broken_links,
        "links_linkalert_changelist",
    ),
    Check(
        "won_without_amount", _SEVERITY.ERROR, "Won deals without an amount",
        "Enter the amount in the CRM. Until then each counts as a win and adds nothing to revenue.",
        _excluded(_KIND.WIN, _EXCLUSION.NO_AMOUNT),
        "crm_sync_deal_changelist",
    ),
    Check(
        "won_without_date", _SEVERITY.ERROR, "Won deals without a close date",
        "Enter the close date in the CRM. Without a day no touch can be said to come before it.",
        _excluded(_KIND.WIN, _EXCLUSION.NO_DATE),
        "crm_sync_deal_changelist",
    ),
    Check(
        "missing_rate", _SEVERITY.ERROR, "Outcomes in a currency without an exchange rate",
        "Add the exchange rate of their days. Credit follows by itself.",
        _without_rate,
        "campaigns_exchangerate_changelist",
    ),
    Check(
        "amount_too_large", _SEVERITY.ERROR, "Amounts too large to be right",
        "Correct the amount in the CRM: it is beyond what can be divided exactly.",
        _too_large,
        "crm_sync_deal_changelist",
    ),
    Check(
        "sms_outside_sms", _SEVERITY.ERROR, "Touches with SMS tags in another channel",
        "Look at the channel rules: an SMS source, medium or link has to lead to SMS.",
        _sms_elsewhere,
        "tracking_channelrule_changelist",
    ),
    Check(
        "not_imported", _SEVERITY.ERROR, "CRM records that could not be taken over",
        "Open the sync problems, put the records right in the CRM, and retry.",
        _not_imported,
        "crm_sync_syncproblem_changelist",
    ),
    Check(
        "opportunity_without_amount", _SEVERITY.WARNING, "Opportunities without an amount",
        "Enter an amount in the CRM, so that the pipeline shows what they are worth.",
        _excluded(_KIND.OPPORTUNITY, _EXCLUSION.NO_AMOUNT),
        "crm_sync_deal_changelist",
    ),
    Check(
        "opportunity_without_date", _SEVERITY.WARNING, "Opportunities without a creation date",
        "Map or enter the creation date in the CRM. Until then no touch can earn them.",
        _excluded(_KIND.OPPORTUNITY, _EXCLUSION.NO_DATE),
        "crm_sync_deal_changelist",
    ),
    Check(
        "deal_without_company", _SEVERITY.WARNING, "Deals without a company",
        "Link the deals to their companies in the CRM, so that colleagues’ touches can count.",
        _without_company,
        "crm_sync_deal_changelist",
    ),
    Check(
        "deal_without_contacts", _SEVERITY.WARNING, "Deals without any contact",
        "Add the people to the deals in the CRM. Without a person there is no journey.",
        _without_contacts,
        "crm_sync_deal_changelist",
    ),
    Check(
        "unattributed_no_contacts", _SEVERITY.WARNING, "Wins that nobody earned: no contacts",
        "Add the buyers to the deals in the CRM.",
        _unattributed("no_contacts"),
        "attribution_dealjourney_changelist",
    ),
    Check(
        "unattributed_no_touches", _SEVERITY.WARNING, "Wins that nobody earned: no touches",
        "Their people never touched a tracked link or page. Check that forms carry the click id.",
        _unattributed("no_touches"),
        "attribution_dealjourney_changelist",
    ),
    Check(
        "unattributed_outside_lookback", _SEVERITY.NOTICE,
        "Wins that nobody earned: touches too long ago",
        "Compare with a longer lookback before concluding that marketing had no part.",
        _unattributed("outside_lookback"),
        "attribution_dealjourney_changelist",
    ),
    Check(
        "unattributed_only_excluded", _SEVERITY.NOTICE,
        "Wins that nobody earned: only machines, staff or tests",
        "Look at their taps: what was graded a machine may have been a person.",
        _unattributed("only_excluded_touches"),
        "tracking_click_changelist",
    ),
    Check(
        "over_refunded", _SEVERITY.ERROR, "Deals with more refunded than they brought",
        "Correct the refund or the deal's amount: one of them is wrong, or one was entered twice.",
        _over_refunded,
        "crm_sync_deal_changelist",
    ),
    Check(
        "tags_disagree", _SEVERITY.WARNING, "Taps on our own links whose tags say something else",
        "The link decides, so credit is right here. Other tools read the tags: put them right in the message.",
        _tags_disagree,
        "tracking_touchpoint_changelist",
    ),
    Check(
        "deal_twice", _SEVERITY.WARNING, "Deals that are in the CRM twice",
        "Same company, name, amount and day: merge them in the CRM, or revenue counts double.",
        _twice,
        "crm_sync_deal_changelist",
    ),
    Check(
        "stale_sync", _SEVERITY.ERROR, "CRM connections that have missed their syncs",
        "Open the connection: its latest run says why. Until it syncs, every figure is an old one.",
        _stale,
        "crm_sync_connection_changelist",
    ),
    Check(
        "unsettled_changes", _SEVERITY.ERROR, "Changes that wait for their credit",
        "See that worker and scheduler run. A change is settled within seconds while they do.",
        _unsettled,
        "attribution_creditbatch_changelist",
    ),
    Check(
        "webhook_switched_off", _SEVERITY.WARNING, "Webhook endpoints switched off after failures",
        "Open the endpoint, put right what its last answer says, and switch it on again.",
        _switched_off,
        "links_webhookendpoint_changelist",
    ),
)  # fmt: skip
"""Every check, in the order in which findings are worth reading."""

_PAGES = {check.code: check.page for check in CHECKS}


def page_of(code: str) -> str:
    """Return the address of the admin page where a finding's rows are looked at, or nothing."""
    view = _PAGES.get(code, "")
    return page_url(view) if view else ""

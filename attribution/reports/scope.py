"""A report's parameters, matched with the rules, channels and campaigns that exist."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from attribution.models import CreditRule, CreditTotal
from attribution.reports.query import LIFETIME, InvalidReportQueryError, Problem, ReportQuery
from attribution.what_if import what_if
from campaigns.models import Campaign, Channel, ExchangeRate


class NoCreditRuleError(RuntimeError):
    """No credit rule is active, so there is nothing a report could divide by."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is built from.

    `rule` is an unsaved variant when `is_what_if`, and `what_if` the sums under it. `first_touch` and `every_touch` are
    the active rules behind “sourced” and “influenced”; None where retired. `known` are the
    rules in force at the report's moment.
    """

    query: ReportQuery
    rule: CreditRule
    is_what_if: bool
    first_touch: CreditRule | None
    every_touch: CreditRule | None
    channel: Channel | None
    campaign: Campaign | None
    now: datetime
    what_if: Sequence[CreditTotal] = ()
    known: Sequence[CreditRule] = ()

    @property
    def as_of(self) -> datetime:
        """The moment the report shows."""
        return self.query.as_of or self.now

    @property
    def currency(self) -> str:
        """The currency of the report's amounts: the reporting currency, or the one asked for."""
        return self.query.currency or str(settings.REPORTING_CURRENCY)

    @property
    def is_converted(self) -> bool:
        """Whether amounts are shown in another currency than the reporting currency."""
        return self.currency != str(settings.REPORTING_CURRENCY)

    @property
    def margin(self) -> Decimal:
        """The share of revenue that is margin, for ROI."""
        return Decimal(settings.REVENUE_MARGIN)


def scope_of(query: ReportQuery, *, now: datetime) -> Scope:
    """Match a query with what exists. Costs one query, one more for each row filter.

    A what-if is divided here, once for the whole report: its cost grows with the outcomes.

    Raises:
        InvalidReportQueryError: the rule, the channel or the campaign does not exist.
        NoCreditRuleError: no rule is active, or none was at the report's moment.
    """
    every = list(CreditRule.objects.all())
    known = rules_in_force(every, query.as_of)
    if not known:
        raise NoCreditRuleError("No credit rule is active. Activate one under Credit rules.")
    problems: list[Problem] = []
    base = _rule(query, known, every, problems)
    channel = _channel(query.channel, problems)
    campaign = _campaign(query.campaign, problems)
    _check_currency(query, problems)
    if problems:
        raise InvalidReportQueryError(problems)
    rule, is_what_if = _variant(base, query, known)
    if is_what_if and query.as_of:
        message = "A what-if shows the present only. Leave out as_of, or the lookback and contacts."
        raise InvalidReportQueryError([Problem("as_of", "what-if-has-no-past", message)])
    by_kind = {item.kind: item for item in reversed(known)}
    return Scope(
        query=query,
        rule=rule,
        is_what_if=is_what_if,
        first_touch=by_kind.get("first"),
        every_touch=by_kind.get("linear"),
        channel=channel,
        campaign=campaign,
        now=now,
        what_if=what_if(rule=rule) if is_what_if else (),
        known=known,
    )


def rules_in_force(every: Iterable[CreditRule], as_of: datetime | None) -> list[CreditRule]:
    """Return the version of each rule that held credit at a moment, in the rules' order.

    That is a slug's earliest version which was not retired by then.
    """
    in_force: dict[str, CreditRule] = {}
    for rule in every:
        retired_at = rule.retired_at
        if retired_at is not None and (as_of is None or retired_at <= as_of):
            continue
        known = in_force.get(rule.slug)
        if known is None or rule.version < known.version:
            in_force[rule.slug] = rule
    return list(in_force.values())


def _rule(
    query: ReportQuery,
    known: list[CreditRule],
    every: list[CreditRule],
    problems: list[Problem],
) -> CreditRule:
    """Return the rule a query names by its slug, or the exact version it pins."""
    slug, pins, number = query.rule.partition("@")
    if not slug and not pins:
        default = next((rule.slug for rule in every if rule.is_default and _is_active(rule)), "")
        return next((rule for rule in known if rule.slug == default), known[0])
    if not pins:
        for rule in known:
            if rule.slug == slug:
                return rule
        names = ", ".join(rule.slug for rule in known)
        message = f"No active credit rule is called “{slug}”; there are {names}."
        problems.append(Problem("rule", "unknown-rule", message, known[0].slug))
        return known[0]
    for rule in every:
        if (rule.slug, str(rule.version)) == (slug, number):
            _check_version(rule, query, problems)
            return rule
    versions = ", ".join(f"{rule.slug}@{rule.version}" for rule in every if rule.slug == slug)
    message = f"There is no rule version “{query.rule}”; " + (
        f"there are {versions}." if versions else f"no rule is called “{slug}”."
    )
    problems.append(Problem("rule", "unknown-rule", message, versions.split(", ")[0]))
    return known[0]


def _check_version(rule: CreditRule, query: ReportQuery, problems: list[Problem]) -> None:
    """Refuse a version that holds no credit any more at the report's moment."""
    if rule.retired_at is None or (query.as_of and query.as_of < rule.retired_at):
        return
    message = (
        f"“{query.rule}” was retired on {rule.retired_at:%Y-%m-%d %H:%M} UTC and holds no credit "
        "since. Give an as_of before that, or leave the version out."
    )
    problems.append(Problem("rule", "retired-rule", message, rule.slug))


def _is_active(rule: CreditRule) -> bool:
    return rule.retired_at is None


def _variant(
    base: CreditRule, query: ReportQuery, active: list[CreditRule]
) -> tuple[CreditRule, bool]:
    """Return the active rule of that lookback and contact mode, or an unsaved what-if."""
    lookback = base.lookback_days
    if query.lookback_days is not None:
        lookback = None if query.lookback_days == LIFETIME else int(query.lookback_days)
    mode = query.contact_mode or base.contact_mode
    if (lookback, mode) == (base.lookback_days, base.contact_mode):
        return base, False
    for rule in active:
        wanted = (base.kind, base.parameters, lookback, mode)
        if (rule.kind, rule.parameters, rule.lookback_days, rule.contact_mode) == wanted:
            return rule, False
    return (
        CreditRule(
            slug=base.slug,
            version=base.version,
            name=base.name,
            kind=base.kind,
            parameters=base.parameters,
            lookback_days=lookback,
            contact_mode=mode,
        ),
        True,
    )


def _channel(slug: str, problems: list[Problem]) -> Channel | None:
    if not slug:
        return None
    channel = Channel.objects.filter(Q(slug__iexact=slug) | Q(name__iexact=slug)).first()
    if channel is None:
        message = f"There is no channel “{slug}”."
        problems.append(Problem("channel", "unknown-channel", message, "sms"))
    return channel


def _campaign(text: str, problems: list[Problem]) -> Campaign | None:
    """Find a campaign by its name, its id or the utm_campaign of one of its sends."""
    if not text:
        return None
    named = Q(name__iexact=text) | Q(sends__utm_campaign__iexact=text)
    campaign = Campaign.objects.filter(named | Q(pk=_uuid(text))).first()
    if campaign is None:
        problems.append(Problem("campaign", "unknown-campaign", f"There is no campaign “{text}”."))
    return campaign


def _check_currency(query: ReportQuery, problems: list[Problem]) -> None:
    """Refuse a currency that has no rate at all, and days that rates are not kept by."""
    ours = str(settings.REPORTING_CURRENCY)
    if query.currency in {"", ours}:
        return
    if query.date_basis != "outcome":
        message = "Amounts are converted at the rate of the outcome's day. Leave out date_basis."
        problems.append(Problem("currency", "needs-outcome-days", message, ours))
    if not ExchangeRate.objects.filter(currency=query.currency).exists():
        message = f"There is no exchange rate for {query.currency}. Add one under Exchange rates."
        problems.append(Problem("currency", "no-rates", message, ours))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None

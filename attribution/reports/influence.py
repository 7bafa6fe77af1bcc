"""What each row of a report took part in, and how long it takes from touch to opportunity to win.

Influence asks for any eligible touch, so it follows the rule that credits every touch, whatever
rule the report divides by. Amounts are those of whole outcomes: rows overlap, and no sum over
them is ever made; `distinct_influence` counts each outcome once. The present is read from running
sums. A past moment, and audiences within one channel or campaign, are read from the entries.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import exp
from typing import Any

from django.db import connection
from django.db.models import F, Min, Q, QuerySet, Sum

from attribution.models import Bucket, CreditEntry, InfluenceTotal, LagTotal, Outcome
from attribution.reports.credit import ROW_FIELDS, Dimension, Key, only
from attribution.reports.metrics import median_days
from attribution.reports.scope import Scope
from campaigns.models import Channel

_KIND = Outcome.Kind
_ROW = InfluenceTotal.Dimension
_GRAIN = InfluenceTotal.Grain
# The buckets in which the two middle outcomes of each row lie, with how many come before.
_MIDDLE = """
    SELECT key, kind, bucket, number, seconds, reached - number AS before, whole
    FROM (
        SELECT buckets.*, sum(number) OVER (PARTITION BY key, kind ORDER BY bucket) AS reached,
               sum(number) OVER (PARTITION BY key, kind) AS whole
        FROM ({buckets}) AS buckets
    ) AS ranked
    WHERE reached >= div(whole + 1, 2) AND reached - number < div(whole, 2) + 1
"""


@dataclass(slots=True)
class Influence:
    """The outcomes of one row, in full: counts and minor units of the reporting currency.

    Open pipeline is a stock, as of the report's moment and over all days. Everything else is
    of outcomes on the report's days; `lost` are opportunities of those days, lost since.
    """

    open_count: int = 0
    open_minor: int = 0
    lead_count: int = 0
    opportunity_count: int = 0
    opportunity_minor: int = 0
    lost_count: int = 0
    lost_minor: int = 0
    win_count: int = 0
    win_minor: int = 0
    days_to_opportunity: Decimal | None = None
    days_to_win: Decimal | None = None


def influence_by(by: Dimension, scope: Scope) -> dict[Key, Influence]:
    """Return every row's influence. At most two queries; nothing where no rule credits all touches.

    Durations are medians, exact where a row has few outcomes and else within a bucket of the
    histogram (4 % of the duration), in which outcomes are taken as evenly spread.
    """
    if scope.query.as_of or (by == "audience" and (scope.channel or scope.campaign)):
        return _from_entries(scope, ROW_FIELDS[by])
    return _from_sums(scope, rows_of(by, scope), ROW_FIELDS[by])


def distinct_influence(scope: Scope) -> Influence:
    """Return the report's outcomes that any touch took part in, each counted once."""
    if scope.query.as_of:
        return _one(_from_entries(scope, "rule_id"))
    return _one(_from_sums(scope, row_of_all(scope), "dimension"))


def open_pipeline_influenced(channel: Channel) -> int:
    """Return the amount of open opportunities any touch of the channel took part in. One query."""
    rows = InfluenceTotal.objects.filter(
        grain=_GRAIN.ALL, dimension=_ROW.CHANNEL, kind=_KIND.OPPORTUNITY, state="open",
        channel=channel,
    )  # fmt: skip
    amount: int = rows.aggregate(amount=Sum("amount_minor", default=0))["amount"]
    return amount


def shared_opportunity_count() -> int:
    """Return how many opportunities touches of two or more channels took part in. One query."""
    rows = InfluenceTotal.objects.filter(
        grain=_GRAIN.ALL, dimension=_ROW.SEVERAL_CHANNELS, kind=_KIND.OPPORTUNITY
    )
    number: int = rows.aggregate(number=Sum("outcome_count", default=0))["number"]
    return number


def rows_of(by: Dimension, scope: Scope) -> Q:
    """Keep the rows of a dimension; a send, message or link is of its send's channel."""
    if by == "channel" and scope.campaign:
        return Q(dimension=_ROW.CHANNEL_CAMPAIGN) & only(scope)
    if by == "campaign" and scope.channel:
        return Q(dimension=_ROW.CHANNEL_CAMPAIGN) & only(scope)
    if by in {"channel", "campaign"}:
        return Q(dimension=by) & only(scope)
    send = "send" if by == "send" else f"{by}__send"
    condition = Q(dimension=by)
    if scope.channel:
        condition &= Q(**{f"{send}__channel": scope.channel})
    if scope.campaign:
        condition &= Q(**{f"{send}__campaign": scope.campaign})
    return condition


def row_of_all(scope: Scope) -> Q:
    """Keep the one row that has everything the report is about."""
    if scope.channel and scope.campaign:
        return Q(dimension=_ROW.CHANNEL_CAMPAIGN) & only(scope)
    if scope.channel:
        return Q(dimension=_ROW.CHANNEL) & only(scope)
    return Q(dimension=_ROW.CAMPAIGN if scope.campaign else _ROW.EVERYTHING) & only(scope)


def _one(rows: dict[Key, Influence]) -> Influence:
    return next(iter(rows.values()), Influence())


def _from_sums(scope: Scope, condition: Q, key: str) -> dict[Key, Influence]:
    rows: dict[Key, Influence] = defaultdict(Influence)
    is_open = Q(grain=_GRAIN.ALL, kind=_KIND.OPPORTUNITY, state="open")
    totals = InfluenceTotal.objects.filter(condition, is_open | on_days(scope))
    sums = (
        totals.order_by()
        .values_list(key, "grain", "kind", "state")
        .annotate(number=Sum("outcome_count"), minor=Sum("amount_minor"))
    )
    has_days = _has_days(scope)
    for name, grain, kind, state, number, minor in sums:
        row = rows[name or None]
        if grain == _GRAIN.ALL and kind == _KIND.OPPORTUNITY and state == "open":
            row.open_count, row.open_minor = number, minor
        if (grain == _GRAIN.OUTCOME_DAY) == has_days:
            _add(row, kind, state, number, minor)
    for (name, kind), days in _medians(scope, condition, key).items():
        _set_days(rows[name], kind, days)
    return dict(rows)


def _add(row: Influence, kind: str, state: str, number: int, minor: int) -> None:
    """Add outcomes of the report's days to what they are and, of opportunities, became."""
    if kind == _KIND.LEAD:
        row.lead_count += number
    elif kind == _KIND.WIN:
        row.win_count += number
        row.win_minor += minor
    else:
        row.opportunity_count += number
        row.opportunity_minor += minor
        if state == "lost":
            row.lost_count += number
            row.lost_minor += minor


def _set_days(row: Influence, kind: str, days: Decimal | None) -> None:
    if kind == _KIND.OPPORTUNITY:
        row.days_to_opportunity = days
    else:
        row.days_to_win = days


def _has_days(scope: Scope) -> bool:
    return scope.query.starts_on is not None or scope.query.ends_on is not None


def on_days(scope: Scope) -> Q:
    if not _has_days(scope):
        return Q(grain=_GRAIN.ALL)
    condition = Q(grain=_GRAIN.OUTCOME_DAY)
    if scope.query.starts_on:
        condition &= Q(outcome_date__gte=scope.query.starts_on)
    if scope.query.ends_on:
        condition &= Q(outcome_date__lte=scope.query.ends_on)
    return condition


def _medians(scope: Scope, condition: Q, key: str) -> dict[tuple[Key, str], Decimal | None]:
    """Return the median days by row and goal. One query, two rows for each median at most."""
    buckets = (
        LagTotal.objects.filter(condition, on_days(scope))
        .order_by()
        .values("kind", "bucket", key=F(key))
        .annotate(number=Sum("outcome_count"), seconds=Sum("seconds"))
    )
    statement, parameters = buckets.query.sql_with_params()
    middle: dict[tuple[Key, str], list[_Bucket]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_MIDDLE.format(buckets=statement), parameters)
        for name, kind, *figures in cursor.fetchall():
            middle[name or None, kind].append(_Bucket(*map(int, figures)))
    return {row: median_days([_median(found)]) for row, found in middle.items()}


@dataclass(frozen=True, slots=True)
class _Bucket:
    """Outcomes of about the same duration, in seconds, among `whole` in order."""

    bucket: int
    number: int
    seconds: int
    before: int
    whole: int

    def at(self, rank: int) -> float:
        """Return the duration at a rank, counted from 1, as if the bucket were evenly filled."""
        width = (exp((self.bucket + 1) / 25) - exp(self.bucket / 25)) * 3600
        place = (rank - self.before - 0.5) / self.number
        return self.seconds / self.number + width * (place - 0.5)


def _median(middle: list[_Bucket]) -> float:
    """Return the median in seconds from the buckets that hold the two middle outcomes."""
    whole = middle[0].whole
    return sum(
        next(each.at(rank) for each in middle if each.before < rank <= each.before + each.number)
        for rank in ((whole + 1) // 2, whole // 2 + 1)
    ) / 2  # fmt: skip


def _from_entries(scope: Scope, key: str) -> dict[Key, Influence]:
    rows: dict[Key, Influence] = defaultdict(Influence)
    lags: dict[tuple[Key, str], list[float]] = defaultdict(list)
    for pair in _pairs(key, scope):
        name, kind = pair["key"] or None, pair["kind"]
        row, is_open = rows[name], _is_open(pair, scope.query.as_of)
        if kind == _KIND.OPPORTUNITY and is_open:
            row.open_count += 1
            row.open_minor += pair["amount"]
        if scope.query.covers(pair["day"]):
            is_lost = not is_open and pair["state"] == "lost"
            _add(row, kind, "lost" if is_lost else "", 1, pair["amount"])
            lags[name, kind] += _lag(pair)
    for (name, kind), found in lags.items():
        if kind != _KIND.LEAD:
            _set_days(rows[name], kind, median_days(found))
    return dict(rows)


def _pairs(key: str, scope: Scope) -> QuerySet[CreditEntry, dict[str, Any]]:
    """Return (row, outcome) pairs with credit left, and what the figures need of each."""
    entries = CreditEntry.objects.filter(
        only(scope),
        rule=scope.every_touch,
        bucket=Bucket.ATTRIBUTED,
        outcome__kind__in=[_KIND.LEAD, _KIND.OPPORTUNITY, _KIND.WIN],
    )
    if scope.query.as_of:
        entries = entries.filter(batch__posted_at__lte=scope.query.as_of)
    return (
        entries.order_by()
        .values(
            "outcome",
            key=F(key),
            kind=F("outcome__kind"),
            amount=F("outcome__amount_minor"),
            reached_at=F("outcome__occurred_at"),
            day=F("outcome_date"),
            state=F("outcome__deal__outcome"),
            created_at=F("outcome__deal__deal_created_at"),
            closed_at=F("outcome__deal__closed_at"),
            deleted_at=F("outcome__deal__deleted_at"),
        )
        .annotate(micro=Sum("count_micro"), touched_at=Min("touch__occurred_at"))
        .filter(micro__gt=0)
    )


def _lag(pair: dict[str, Any]) -> Iterable[float]:
    """Yield the seconds to an opportunity from its touch, to a win from its opportunity."""
    since = pair["touched_at"] if pair["kind"] == _KIND.OPPORTUNITY else pair["created_at"]
    if since and pair["reached_at"]:
        yield (pair["reached_at"] - since).total_seconds()


def _is_open(pair: dict[str, Any], as_of: datetime | None) -> bool:
    """Whether a deal was open at the moment; of the past only its close date is known."""
    if as_of is None:
        return pair["state"] == "open" and pair["deleted_at"] is None
    closed_at, deleted_at = pair["closed_at"], pair["deleted_at"]
    is_gone = deleted_at is not None and deleted_at <= as_of
    is_closed = pair["state"] != "open" and closed_at is not None and closed_at <= as_of
    return not is_gone and not is_closed

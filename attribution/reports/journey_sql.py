"""Journeys for reports about the way to an outcome: its touches in order, each with its credit.

A journey is every touch that the rule `linear` gives a share, under the lookback and contact mode
of the report's rule. It is read from the ledger where an active rule holds such journeys, so it
can be shown as of a moment; else it is divided on the fly. The database sorts, ranks and adds
up: the cost grows with the touches of the outcomes on the report's days, the answer does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db import connection

from attribution import ledger
from attribution.division import ATTRIBUTED
from attribution.facts import day_of
from attribution.models import CreditRule, Outcome
from attribution.reports.query import InvalidReportQueryError, Problem
from attribution.reports.scope import Scope

KEYS = {
    "channel": "channel_id",
    "campaign": "campaign_id",
    "send": "send_id",
    "message": "message_id",
    "link": "link_id",
    "audience": "(SELECT nullif(s.audience, '') FROM campaigns_send s WHERE s.id = send_id)",
}
"""What a touch counts for, by the dimension of the report."""

_CHUNK = 2_000
_PLACES = "channel_id, campaign_id, send_id, message_id, link_id"
_FROM_LEDGER = f"""
    SELECT e.outcome_id, e.touch_id, {_PLACES},
           sum(e.amount_minor)::bigint AS amount, sum(e.count_micro)::bigint AS micro
    FROM attribution_creditentry e
    JOIN attribution_outcome o ON o.id = e.outcome_id AND o.kind = %(goal)s
    JOIN attribution_creditbatch b ON b.id = e.batch_id
    WHERE e.rule_id = %({{rule}})s AND e.bucket = 'attributed'
      AND (%(starts_on)s::date IS NULL OR e.outcome_date >= %(starts_on)s::date)
      AND (%(ends_on)s::date IS NULL OR e.outcome_date <= %(ends_on)s::date)
      AND (%(as_of)s::timestamptz IS NULL OR b.posted_at <= %(as_of)s::timestamptz)
    GROUP BY e.outcome_id, e.touch_id, {_PLACES}
    HAVING sum(e.count_micro) > 0
"""  # noqa: S608 - constants
_FROM_DIVISION = f"""
    SELECT d.outcome_id, d.touch_id, {_PLACES}, d.amount, d.micro
    FROM unnest(%({{rule}}_outcomes)s::uuid[], %({{rule}}_touches)s::uuid[],
                %({{rule}}_amounts)s::bigint[], %({{rule}}_micros)s::bigint[])
         AS d(outcome_id, touch_id, amount, micro)
    JOIN tracking_touchpoint t ON t.id = d.touch_id
"""  # noqa: S608 - constants
# In the total order of touches; `whole` is the share of the outcome's amount that adds up to it.
_PLACED = """
    WITH journey AS MATERIALIZED ({journey}), credit AS MATERIALIZED ({credit}), placed AS (
        SELECT j.*, j.amount AS whole, t.occurred_at AS touched_at, o.occurred_at AS reached_at,
               coalesce(c.amount, 0) AS amount_minor, coalesce(c.micro, 0) AS count_micro,
               row_number() OVER ordered AS place,
               count(*) OVER (PARTITION BY j.outcome_id) AS length
        FROM journey j
        JOIN tracking_touchpoint t ON t.id = j.touch_id
        JOIN attribution_outcome o ON o.id = j.outcome_id
        LEFT JOIN credit c ON c.outcome_id = j.outcome_id AND c.touch_id = j.touch_id
        WINDOW ordered AS (
            PARTITION BY j.outcome_id
            ORDER BY t.occurred_at, t.evidence_grade, t.source_priority, t.id
        )
    )
"""


@dataclass(frozen=True, slots=True)
class Journeys:
    """A table `placed` with a row per touch of every journey, for one further SELECT."""

    rule: CreditRule
    sql: str
    params: dict[str, Any]

    def read(self, select: str, **params: Any) -> list[tuple[Any, ...]]:
        """Return the rows of a SELECT over `placed`. One query."""
        with connection.cursor() as cursor:
            cursor.execute(self.sql + select, {**self.params, **params})
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def journeys(scope: Scope, *, goal: str) -> Journeys:
    """Return the journeys behind a goal's outcomes on the report's days. At most one query.

    Divided on the fly for a what-if, and where no active rule holds the journeys: that reads
    the facts of every outcome of the goal, some at a time.

    Raises:
        InvalidReportQueryError: a past moment is asked for and no rule holds its journeys.
    """
    query = scope.query
    params: dict[str, Any] = {
        "goal": goal,
        "starts_on": query.starts_on,
        "ends_on": query.ends_on,
        "as_of": query.as_of,
        "channel": scope.channel and scope.channel.pk,
        "campaign": scope.campaign and scope.campaign.pk,
    }
    holder = next((rule for rule in scope.known if _sees_the_same(rule, scope.rule)), None)
    if holder is not None and not scope.is_what_if:
        params |= {"journey": holder.pk, "credit": scope.rule.pk}
        return Journeys(holder, _sql(_FROM_LEDGER), params)
    if query.as_of:
        message = (
            "No active “linear” rule has this rule's lookback and contacts, so the ledger does "
            "not know these journeys' past. Leave out as_of."
        )
        raise InvalidReportQueryError([Problem("as_of", "journeys-have-no-past", message)])
    every = _linear_like(scope.rule)
    return Journeys(every, _sql(_FROM_DIVISION), params | _divided(scope, goal, every))


def _sql(source: str) -> str:
    return _PLACED.format(
        journey=source.format(rule="journey"), credit=source.format(rule="credit")
    )


def _sees_the_same(rule: CreditRule, as_rule: CreditRule) -> bool:
    """Whether a rule gives a share to every touch that another one could."""
    return rule.kind == CreditRule.Kind.LINEAR and _view(rule) == _view(as_rule)


def _view(rule: CreditRule) -> tuple[int | None, str, bool]:
    return rule.lookback_days, rule.contact_mode, bool(rule.parameters.get("keeps_direct", False))


def _linear_like(rule: CreditRule) -> CreditRule:
    keeps_direct = rule.parameters.get("keeps_direct", False)
    return CreditRule(
        slug="linear",
        name="Linear",
        kind=CreditRule.Kind.LINEAR,
        parameters={"keeps_direct": True} if keeps_direct else {},
        lookback_days=rule.lookback_days,
        contact_mode=rule.contact_mode,
    )


def _divided(scope: Scope, goal: str, every: CreditRule) -> dict[str, list[Any]]:
    """Divide the goal's outcomes under both rules and return the columns that SQL reads."""
    columns: dict[str, list[Any]] = {
        f"{rule}_{name}": []
        for rule in ("journey", "credit")
        for name in ("outcomes", "touches", "amounts", "micros")
    }
    for chunk in _covered(scope, goal):
        entries = ledger.divided(chunk, [every, scope.rule])
        ids = [outcome.pk.hex for outcome in chunk]
        for row, name in enumerate(("journey", "credit")):
            mine = entries[(entries["rule"] == row) & (entries["bucket"] == ATTRIBUTED)]
            touches = mine["touch_id"].tobytes().hex()
            columns[f"{name}_outcomes"] += [ids[place] for place in mine["outcome"].tolist()]
            columns[f"{name}_touches"] += [
                touches[start : start + 32] for start in range(0, len(touches), 32)
            ]
            columns[f"{name}_amounts"] += mine["amount_minor"].tolist()
            columns[f"{name}_micros"] += mine["count_micro"].tolist()
    return columns


def _covered(scope: Scope, goal: str) -> Iterator[Sequence[Outcome]]:
    """Yield the goal's outcomes on the report's days, some at a time."""
    found = Outcome.objects.filter(kind=goal).order_by("pk").iterator(chunk_size=_CHUNK)
    while chunk := list(islice(found, _CHUNK)):
        dated = zip(chunk, map(day_of, ledger.outcome_days(chunk).tolist()), strict=True)
        covered = [outcome for outcome, day in dated if scope.query.covers(day)]
        if covered:
            yield covered

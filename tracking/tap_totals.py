"""The running counts of taps, so that no report counts clicks and old clicks can be dropped.

Every writer of clicks brings its counts along in the same transaction, rows in one order. A
count goes down only where a grade is corrected (`tracking.regrading`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from campaigns.public_ids import new_id
from tracking.copying import array_text
from tracking.pipeline import Tap
from tracking.tap_facts import moment_of

DIMENSIONS: Final = ("device", "os", "browser", "country", "reason")
_DAY_SECONDS: Final = 86_400
_SECOND_US: Final = 1_000_000

_ADD_TOTALS = """
    INSERT INTO tracking_clicktotal AS total (id, link_id, date, human_count, machine_count,
        recipient_count, earliest_at, latest_at)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::int[], %s::int[], %s::int[],
        %s::timestamptz[], %s::timestamptz[])
    ON CONFLICT (link_id, date) DO UPDATE SET
        human_count = total.human_count + EXCLUDED.human_count,
        machine_count = total.machine_count + EXCLUDED.machine_count,
        recipient_count = total.recipient_count + EXCLUDED.recipient_count,
        earliest_at = LEAST(total.earliest_at, EXCLUDED.earliest_at),
        latest_at = GREATEST(total.latest_at, EXCLUDED.latest_at)
"""
_ADD_BREAKDOWN = """
    INSERT INTO tracking_tapbreakdown AS total
        (id, link_id, date, dimension, value, human_count, machine_count)
    SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::text[], %s::text[], %s::int[],
        %s::int[])
    ON CONFLICT (link_id, date, dimension, value) DO UPDATE SET
        human_count = total.human_count + EXCLUDED.human_count,
        machine_count = total.machine_count + EXCLUDED.machine_count
"""
_TAKE_FROM_TOTALS = """
    UPDATE tracking_clicktotal AS total SET
        human_count = total.human_count - less.human,
        machine_count = total.machine_count - less.machine,
        recipient_count = total.recipient_count - less.recipients,
        earliest_at = (
            SELECT min(occurred_at) FROM tracking_click AS click
            WHERE click.link_id = less.link_id AND click.answer = 'redirected'
                AND click.grade <> 'machine' AND click.occurred_at >= less.date AT TIME ZONE 'UTC'
                AND click.occurred_at < (less.date + 1) AT TIME ZONE 'UTC'
        ),
        latest_at = (
            SELECT max(occurred_at) FROM tracking_click AS click
            WHERE click.link_id = less.link_id AND click.answer = 'redirected'
                AND click.grade <> 'machine' AND click.occurred_at >= less.date AT TIME ZONE 'UTC'
                AND click.occurred_at < (less.date + 1) AT TIME ZONE 'UTC'
        )
    FROM unnest(%s::uuid[], %s::date[], %s::int[], %s::int[], %s::int[])
        AS less (link_id, date, human, machine, recipients)
    WHERE total.link_id = less.link_id AND total.date = less.date
"""
_TAKE_FROM_BREAKDOWN = """
    UPDATE tracking_tapbreakdown AS total SET
        human_count = total.human_count - less.human,
        machine_count = total.machine_count - less.machine
    FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::text[], %s::int[], %s::int[])
        AS less (link_id, date, dimension, value, human, machine)
    WHERE total.link_id = less.link_id AND total.date = less.date
        AND total.dimension = less.dimension AND total.value = less.value
"""


class Kind(NamedTuple):
    """Taps of one link and day that nothing that is counted tells apart."""

    link_id: UUID
    date: date
    device: str
    os: str
    browser: str
    country: str
    reason: str
    is_machine: bool


Day = tuple[UUID, date]
"""A link and a day."""


def add_taps(taps: Iterable[Tap], *, first_taps: Iterable[Tap]) -> None:
    """Add new taps to their links' counts.

    By `first_taps`, recipients came to be among those who tapped.
    """
    kinds: Counter[Kind] = Counter()
    spans: dict[Day, tuple[int, int]] = {}
    for tap in taps:
        if tap.is_counted:
            kind = _kind_of(tap)
            kinds[kind] += 1
            if not kind.is_machine:
                moment = tap.record.occurred_at_us
                earliest, latest = spans.get(kind[:2], (moment, moment))
                spans[kind[:2]] = min(earliest, moment), max(latest, moment)
    if kinds:
        add_counts(kinds, recipients=Counter(_kind_of(tap)[:2] for tap in first_taps), spans=spans)


def add_counts(
    kinds: Mapping[Kind, int],
    *,
    recipients: Mapping[Day, int],
    spans: Mapping[Day, tuple[int, int]],
) -> None:
    """Add to the counts. `spans`: the earliest and latest tap of a person, in microseconds."""
    days, values = _by_day(kinds), _by_value(kinds)
    _execute(
        _ADD_TOTALS,
        [
            (
                new_id(),
                *day,
                *days[day],
                recipients.get(day, 0),
                *(map(moment_of, spans[day]) if day in spans else (None, None)),
            )
            for day in sorted(days)
        ],
    )
    _execute(_ADD_BREAKDOWN, [(new_id(), *value, *values[value]) for value in sorted(values)])


def take_counts(kinds: Mapping[Kind, int], *, recipients: Mapping[Day, int]) -> None:
    """Take from the counts what was counted before. The clicks must be corrected by now."""
    days, values = _by_day(kinds), _by_value(kinds)
    _execute(
        _TAKE_FROM_TOTALS, [(*day, *days[day], recipients.get(day, 0)) for day in sorted(days)]
    )
    _execute(_TAKE_FROM_BREAKDOWN, [(*value, *values[value]) for value in sorted(values)])


def _execute(statement: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, [array_text(column) for column in zip(*rows, strict=True)])


def _by_day(kinds: Mapping[Kind, int]) -> dict[Day, list[int]]:
    days: dict[Day, list[int]] = {}
    for kind, number in kinds.items():
        days.setdefault(kind[:2], [0, 0])[kind.is_machine] += number
    return days


def _by_value(kinds: Mapping[Kind, int]) -> dict[tuple[UUID, date, str, str], list[int]]:
    values: dict[tuple[UUID, date, str, str], list[int]] = {}
    for kind, number in kinds.items():
        for dimension, value in zip(DIMENSIONS, kind[2:7], strict=True):
            counts = values.setdefault((kind.link_id, kind.date, dimension, value), [0, 0])
            counts[kind.is_machine] += number
    return values


def _kind_of(tap: Tap) -> Kind:
    assert tap.link is not None  # noqa: S101 -- what is counted has a link
    device = tap.device
    return Kind(
        tap.link.id,
        day_of(tap.record.occurred_at_us // (_DAY_SECONDS * _SECOND_US)),
        device.device,
        device.os,
        device.browser,
        tap.record.country[:2],
        str(tap.reason),
        tap.is_machine,
    )


@lru_cache(maxsize=64)
def day_of(number: int) -> date:
    """Return the day (UTC) that is so many days after the start of 1970."""
    return datetime.fromtimestamp(number * _DAY_SECONDS, UTC).date()

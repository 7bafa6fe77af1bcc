"""Single taps are kept for some months and then dropped; what was made of them stays.

Touches, totals, breakdowns and credit are rows of their own, so no report reads a tap. Before a
month is dropped its taps are counted once more: where a count is above the running one, the
month stays and the difference is told.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import OperationalError, connection, transaction

from tracking.partitions import OTHER, Month, months, smallest_id

_logger = logging.getLogger(__name__)

_BY_LINK = """
    SELECT count(*) FROM (
        SELECT link_id, (occurred_at AT TIME ZONE 'UTC')::date AS date,
            count(*) FILTER (WHERE grade <> 'machine') AS human,
            count(*) FILTER (WHERE grade = 'machine') AS machine
        FROM {table} WHERE id < '{end}' AND answer = 'redirected' AND link_id IS NOT NULL GROUP BY 1, 2
    ) AS found
    LEFT JOIN tracking_clicktotal AS total USING (link_id, date)
    WHERE total.id IS NULL OR total.human_count < human OR total.machine_count < machine
"""
_BY_DIMENSION = """
    SELECT count(*) FROM (
        SELECT link_id, (occurred_at AT TIME ZONE 'UTC')::date AS date, dimension, value,
            count(*) FILTER (WHERE grade <> 'machine') AS human,
            count(*) FILTER (WHERE grade = 'machine') AS machine
        FROM (SELECT * FROM {table} WHERE id < '{end}' AND answer = 'redirected' AND link_id IS NOT NULL) AS tap
        CROSS JOIN LATERAL (VALUES
            ('device', device), ('os', os), ('browser', browser),
            ('country', country), ('reason', reason)
        ) AS told (dimension, value)
        GROUP BY 1, 2, 3, 4
    ) AS found
    LEFT JOIN tracking_tapbreakdown AS total USING (link_id, date, dimension, value)
    WHERE total.id IS NULL OR total.human_count < human OR total.machine_count < machine
"""
_BY_ANSWER = """
    SELECT count(*) FROM (
        SELECT answer, (occurred_at AT TIME ZONE 'UTC')::date AS date, count(*) AS number
        FROM {table} WHERE id < '{end}' AND answer <> 'redirected' GROUP BY 1, 2
    ) AS found
    LEFT JOIN (
        SELECT answer, date, sum(human_count + machine_count) AS number
        FROM tracking_orphantotal GROUP BY 1, 2
    ) AS total USING (answer, date)
    WHERE total.number IS NULL OR total.number < found.number
"""
_CHECKS: Final = {
    "days of links": _BY_LINK,
    "days of links by device, country and reason": _BY_DIMENSION,
    "days of hits without a link": _BY_ANSWER,
}


class SumsDifferError(Exception):
    """A month's taps are not all in the running counts, so it must not be dropped."""

    def __init__(self, month: Month, differences: dict[str, int]) -> None:
        told = ", ".join(f"{number} {what}" for what, number in differences.items())
        super().__init__(
            f"The taps of {month} stay: the running counts are below them for {told}. "
            "Nothing was removed; please report this with the log of consume_clicks."
        )
        self.month = month
        self.differences = differences


class TapsInUseError(Exception):
    """Somebody held the table all the time."""

    def __init__(self, month: Month) -> None:
        super().__init__(
            f"The taps of {month} could not be dropped: others held the table for "
            f"{_LOCK_SECONDS} seconds. It is tried again the next time."
        )


@dataclass(slots=True)
class DropResult:
    """The months that were dropped, and why others that are due were not."""

    dropped: list[Month] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


_LOCK_SECONDS: Final = 4


def earliest_kept(*, now: datetime, keep_months: int) -> Month | None:
    """Return the first month whose taps are kept; None where all are."""
    return Month.of(now).plus(-keep_months) if keep_months > 0 else None


def removed_on(month: Month, *, keep_months: int) -> datetime | None:
    """Return when a month's taps are due to be dropped; None where they are kept for good."""
    return month.plus(keep_months + 1).starts_at if keep_months > 0 else None


@dataclass(frozen=True, slots=True)
class KeptMonths:
    """What a page says of the single taps that are here: from when on, and until when."""

    keep_months: int
    earliest: Month | None
    removed_on: datetime | None


def kept_months(*, keep_months: int) -> KeptMonths:
    """Return the earliest month here and when it goes. Costs a query."""
    here = months()
    earliest = here[0] if here else None
    until = removed_on(earliest, keep_months=keep_months) if earliest else None
    return KeptMonths(keep_months, earliest, until)


def due_months(*, now: datetime, keep_months: int) -> list[Month]:
    """Return the months that are to be dropped by now, the earliest first."""
    earliest = earliest_kept(now=now, keep_months=keep_months)
    return [month for month in months() if earliest is not None and month < earliest]


def drop_old_taps(*, now: datetime, keep_months: int) -> DropResult:
    """Drop the months that are older than the kept ones, each in its own transaction."""
    result = DropResult()
    for month in due_months(now=now, keep_months=keep_months):
        if _succeeds(_drop, month, result):
            result.dropped.append(month)
    earliest = earliest_kept(now=now, keep_months=keep_months)
    if earliest is not None:
        _succeeds(_delete_others, earliest.plus(-1), result)
    return result


def _succeeds(work: Callable[[Month], None], month: Month, result: DropResult) -> bool:
    try:
        with transaction.atomic():
            work(month)
    except (SumsDifferError, TapsInUseError) as error:
        result.problems.append(str(error))
        _logger.error("%s", error)  # noqa: TRY400 - no defect of ours: a trace says nothing
        return False
    return True


def _drop(month: Month) -> None:
    with _locked(month.partition, month) as cursor:
        _check_sums(cursor, month.partition, month)
        cursor.execute(f"DROP TABLE {month.partition}")


def _delete_others(latest: Month) -> None:
    """Delete what lies in no month's partition, up to that month."""
    end = smallest_id(latest.plus(1).starts_at)
    with _locked(OTHER, latest) as cursor:
        _check_sums(cursor, OTHER, latest)
        cursor.execute(f"DELETE FROM {OTHER} WHERE id < %s", [end])  # noqa: S608 - our own name


@contextmanager
def _locked(table: str, month: Month) -> Iterator[Any]:
    """Keep writers of a partition out. Call inside a transaction."""
    with connection.cursor() as cursor:
        try:
            cursor.execute(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'")
            cursor.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            yield cursor
        except OperationalError as error:
            raise TapsInUseError(month) from error


def _check_sums(cursor: Any, table: str, month: Month) -> None:
    end = smallest_id(month.plus(1).starts_at)
    differences: dict[str, int] = {}
    for what, statement in _CHECKS.items():
        cursor.execute(statement.format(table=table, end=end))
        if number := cursor.fetchone()[0]:
            differences[what] = number
    if differences:
        raise SumsDifferError(month, differences)

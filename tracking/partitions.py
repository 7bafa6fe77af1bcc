"""The months that taps lie in: partitions of `tracking_click` by the time in a tap's id.

A partition holds the ids of one month (UTC). What fits none, such as the tap of a server whose
clock is wrong, lies in `tracking_click_other` until its month is made.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

MONTHS_AHEAD: Final = 2
OTHER: Final = "tracking_click_other"
_PREFIX: Final = "tracking_click_"
_LOCK: Final = 7_404_113  # An arbitrary number of ours among PostgreSQL's advisory locks

_FIND = """
    SELECT child.relname FROM pg_inherits
    JOIN pg_class AS child ON child.oid = inhrelid
    JOIN pg_class AS parent ON parent.oid = inhparent
    WHERE parent.relname = 'tracking_click' AND child.relkind = 'r' ORDER BY 1
"""
# Filled before it is attached, so that taps that lie among the others by now may move in.
_MAKE = """
    CREATE TABLE {name} (LIKE tracking_click INCLUDING DEFAULTS);
    WITH moved AS (
        DELETE FROM {other} WHERE id >= '{start}' AND id < '{end}' RETURNING *
    ) INSERT INTO {name} SELECT * FROM moved;
    ALTER TABLE tracking_click ATTACH PARTITION {name} FOR VALUES FROM ('{start}') TO ('{end}');
"""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month in UTC."""

    year: int
    number: int

    @classmethod
    def of(cls, moment: datetime) -> "Month":
        """Return the month that a moment lies in."""
        moment = moment.astimezone(UTC)
        return cls(moment.year, moment.month)

    @classmethod
    def of_partition(cls, name: str) -> "Month":
        """Return the month of a partition's name."""
        year, number = name.removeprefix(_PREFIX).split("_")
        return cls(int(year), int(number))

    @property
    def partition(self) -> str:
        """The name of its partition."""
        return f"{_PREFIX}{self.year:04d}_{self.number:02d}"

    @property
    def starts_at(self) -> datetime:
        """Its first moment."""
        return datetime(self.year, self.number, 1, tzinfo=UTC)

    def plus(self, months: int) -> "Month":
        """Return the month so many months later, or earlier where negative."""
        years, number = divmod(self.number - 1 + months, 12)
        return Month(self.year + years, number + 1)

    def __str__(self) -> str:
        return f"{self.starts_at:%B %Y}"


def smallest_id(moment: datetime) -> UUID:
    """Return what every id drawn at that moment or later is above (UUID version 7)."""
    return UUID(int=(round(moment.timestamp() * 1000) << 80))


def months() -> list[Month]:
    """Return the months that have a partition, the earliest first."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND)
        return sorted(Month.of_partition(name) for (name,) in cursor.fetchall() if name != OTHER)


def make_partitions(*, now: datetime) -> list[Month]:
    """Make this month's partition and those of the coming ones; return the new ones."""
    wanted = [Month.of(now).plus(ahead) for ahead in range(MONTHS_AHEAD + 1)]
    if not set(wanted) - set(months()):
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        missing = sorted(set(wanted) - set(months()))
        for month in missing:
            cursor.execute(
                _MAKE.format(
                    name=month.partition,
                    other=OTHER,
                    start=smallest_id(month.starts_at),
                    end=smallest_id(month.plus(1).starts_at),
                )
            )
    return missing


def is_partitioned() -> bool:
    """Say whether the migrations have come as far as the partitions."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [OTHER])
        found: Any = cursor.fetchone()
        return bool(found[0])

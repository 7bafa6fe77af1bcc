"""Lines of a division and of the ledger as rows of one shape, and the difference of two. Pure."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.lib.recfunctions import repack_fields
from numpy.typing import NDArray

from attribution.division import Lines
from attribution.facts import PLACE, Facts
from attribution.journeys import Ints

Entries = NDArray[Any]
"""Rows of the type `ENTRY`."""

CELL = ("outcome", "rule", "bucket", "reason", "outcome_date", *(PLACE.names or ()))
"""The fields that make one place in the ledger, at which amounts add up."""

_AMOUNTS = ("amount_minor", "count_micro")

ENTRY = np.dtype(
    [
        ("outcome", ">i4"), ("rule", ">i4"), ("bucket", ">i2"), ("reason", ">i2"),
        ("outcome_date", ">i4"), *((name, PLACE[name]) for name in PLACE.names or ()),
        ("amount_minor", ">i8"), ("count_micro", ">i8"),
    ]
)  # fmt: skip
"""Outcome and rule are row numbers, bucket and reason codes, days counted since 1970."""


def as_entries(lines: Lines, *, facts: Facts, days: Ints) -> Entries:
    """Return a division's lines with their places, and with the day of each outcome by its row."""
    rows = np.empty(len(lines), ENTRY)
    for name in ("outcome", "rule", "bucket", "reason", *_AMOUNTS):
        rows[name] = getattr(lines, name)
    rows["outcome_date"] = days[lines.outcome]
    places = facts.places[lines.touch]
    for name in PLACE.names or ():
        rows[name] = places[name]
    return rows


def nothing() -> Entries:
    """Return no entries."""
    return np.empty(0, ENTRY)


def summed(rows: Entries, *, by: Sequence[str]) -> Entries:
    """Add up rows that agree in the fields `by`; the other fields are those of one of them.

    Sums of nothing are left out. Ordered by the fields `by`.
    """
    if not len(rows):
        return rows
    keys = repack_fields(rows[list(by)])
    text = np.ascontiguousarray(keys).view(f"S{keys.dtype.itemsize}")
    order = np.argsort(text, kind="stable")
    text = text[order]
    start = np.flatnonzero(np.concatenate(([True], text[1:] != text[:-1])))
    found = rows[order[start]]
    for name in _AMOUNTS:
        found[name] = np.add.reduceat(rows[name][order].astype(np.int64), start)
    return _telling(found)


def _telling(rows: Entries) -> Entries:
    """Leave out rows that say nothing."""
    telling: Entries = rows[(rows["amount_minor"] != 0) | (rows["count_micro"] != 0)]
    return telling


def differences(*, wanted: Entries, held: Entries) -> Entries:
    """Return wanted − held, cell by cell; cells that agree have no entry.

    Wanted has each cell once; held may have it in several rows.
    """
    if not len(held):
        return _telling(wanted)
    owed = held.copy()
    for name in _AMOUNTS:
        owed[name] = -held[name]
    return summed(np.concatenate((wanted, owed)), by=CELL)

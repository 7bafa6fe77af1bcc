"""The facts that credit is divided by, as columns. Pure.

A row number stands for an outcome, a touch or a person; 16 raw bytes for an id that is kept, all
zero for none; whole days since 1970 for a day.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from attribution.journeys import Members, Outcomes, Touches

ID = "V16"
"""An id's bytes as a NumPy type: big-endian, as RFC 9562 writes them."""

NO_ID = bytes(16)
NO_DAY = int(np.iinfo(np.int32).min)
"""Stands for a day that is not known."""

PLACE = np.dtype(
    [
        ("touch_id", ID), ("channel_id", ID), ("campaign_id", ID), ("send_id", ID),
        ("message_id", ID), ("link_id", ID), ("touch_date", ">i4"),
    ]
)  # fmt: skip
"""Where credit is earned: the touch and all that a report groups by."""

_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class Facts:
    """What the engine divides by. `places[i]` (of type `PLACE`) is row `i` of `touches`.

    Behind the last touch `places` has one row more, which is nowhere: so -1 stands for nobody.
    People differ by contact mode, and with them the members and the lead anchor; `people` are
    their ids by row, of type `ID`.
    """

    outcomes: dict[str, Outcomes]
    touches: Touches
    places: NDArray[Any]
    members: dict[str, Members]
    people: NDArray[Any]


def nowhere() -> NDArray[Any]:
    """Return the one place of what nobody earned."""
    place = np.zeros(1, PLACE)
    place["touch_date"] = NO_DAY
    return place


def id_column(ids: list[UUID]) -> NDArray[np.void]:
    """Return ids as a column of raw bytes."""
    return np.frombuffer(b"".join(id_.bytes for id_ in ids), ID)


def id_of(raw: np.void) -> UUID | None:
    """Return the id behind raw bytes, None for none."""
    content = raw.tobytes()
    return None if content == NO_ID else UUID(bytes=content)


def day_number(day: date | None) -> int:
    """Return a day as days since 1970, or `NO_DAY`."""
    return NO_DAY if day is None else day.toordinal() - _EPOCH


def day_of(number: int) -> date | None:
    """Return the day behind a number of days since 1970, None for `NO_DAY`."""
    return None if number == NO_DAY else date.fromordinal(int(number) + _EPOCH)

"""Ids and days survive their way into columns and back."""

from datetime import date
from uuid import UUID

import numpy as np
import pytest

from attribution.facts import NO_DAY, day_number, day_of, id_column, id_of, nowhere


def test_ids_are_their_bytes_also_with_zeros_at_the_end() -> None:
    ids = [UUID(int=1 << 8), UUID(int=7)]

    assert [id_of(raw) for raw in id_column(ids)] == ids


def test_no_id_is_all_zero() -> None:
    assert id_of(np.zeros(1, "V16")[0]) is None


@pytest.mark.parametrize("day", [date(1969, 12, 31), date(1970, 1, 1), date(2026, 6, 1)])
def test_days_count_from_1970(day: date) -> None:
    assert day_number(day) == (day - date(1970, 1, 1)).days
    assert day_of(day_number(day)) == day


def test_a_day_that_is_not_known_stays_unknown() -> None:
    assert day_number(None) == NO_DAY
    assert day_of(NO_DAY) is None


def test_nowhere_has_neither_ids_nor_a_day() -> None:
    [place] = nowhere()

    assert id_of(place["touch_id"]) is None
    assert day_of(place["touch_date"]) is None

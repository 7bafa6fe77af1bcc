"""Differences are taken cell by cell, exactly, whatever the order and number of rows."""

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from attribution.entries import CELL, ENTRY, Entries, differences, nothing, summed

Row = tuple[int, int, int, int]


def rows(*given_rows: Row) -> Entries:
    """Return rows of (outcome, touch, amount, count)."""
    found = np.zeros(len(given_rows), ENTRY)
    for place, (outcome, touch, amount, count) in enumerate(given_rows):
        found[place]["outcome"] = outcome
        found[place]["touch_id"] = touch.to_bytes(16, "little")
        found[place]["amount_minor"], found[place]["count_micro"] = amount, count
    return found


def plain(entries: Entries) -> list[Row]:
    return [
        (
            int(row["outcome"]), int.from_bytes(row["touch_id"].tobytes(), "little"),
            int(row["amount_minor"]), int(row["count_micro"]),
        )
        for row in entries
    ]  # fmt: skip


def test_differences_are_wanted_less_held() -> None:
    found = differences(wanted=rows((1, 5, 100, 10)), held=rows((1, 5, 70, 10), (1, 6, 5, 1)))

    assert plain(found) == [(1, 5, 30, 0), (1, 6, -5, -1)]


def test_cells_that_agree_make_no_entry() -> None:
    held = rows((1, 5, 3, 1), (1, 5, 4, 0))

    assert plain(differences(wanted=rows((1, 5, 7, 1)), held=held)) == []


def test_where_nothing_is_held_all_is_posted_that_says_something() -> None:
    wanted = rows((1, 5, 7, 1), (1, 6, 0, 0))

    assert plain(differences(wanted=wanted, held=nothing())) == [(1, 5, 7, 1)]


def test_nothing_sums_to_nothing() -> None:
    assert len(summed(nothing(), by=CELL)) == 0


def test_sums_go_by_the_fields_that_are_named() -> None:
    found = summed(rows((1, 5, 7, 1), (2, 5, 8, 1), (1, 6, 9, 1)), by=("touch_id",))

    assert [amount for _, _, amount, _ in plain(found)] == [15, 9]


_ROWS = st.lists(
    st.tuples(*(st.integers(0, 3) for _ in range(2)), *(st.integers(-9, 9) for _ in range(2)))
)


@given(wanted=_ROWS, held=_ROWS)
def test_what_is_held_and_the_differences_sum_to_what_is_wanted(
    wanted: list[Row], held: list[Row]
) -> None:
    once = {row[:2]: row for row in wanted}
    found = plain(differences(wanted=rows(*once.values()), held=rows(*held)))

    amounts: Counter[tuple[int, int]] = Counter()
    for outcome, touch, amount, _ in [*held, *found]:
        amounts[outcome, touch] += amount
    assert {cell: n for cell, n in amounts.items() if n} == {
        cell: row[2] for cell, row in once.items() if row[2]
    }
    assert len({row[:2] for row in found}) == len(found)

"""Kendall's tau-b against the definition, pair by pair."""

from decimal import Decimal
from itertools import combinations
from math import sqrt

from hypothesis import given
from hypothesis import strategies as st

from attribution.reports.rank_agreement import kendall_tau, ranks


def test_the_same_order_is_1_and_the_opposite_minus_1() -> None:
    assert kendall_tau([3, 2, 1], [30, 20, 10]) == 1
    assert kendall_tau([3, 2, 1], [10, 20, 30]) == -1


def test_one_pair_of_three_the_other_way_round_is_a_third() -> None:
    assert kendall_tau([3, 2, 1], [3, 1, 2]) == Decimal("0.3333")


def test_without_an_order_there_is_no_agreement() -> None:
    assert kendall_tau([5], [5]) is None
    assert kendall_tau([1, 2], [7, 7]) is None


def test_level_values_share_the_better_place() -> None:
    assert ranks([5, 9, 5, 1]) == [2, 1, 2, 4]


def slow_tau(x: list[int], y: list[int]) -> float | None:
    """Count the pairs as the definition says."""
    same = opposite = level_x = level_y = 0
    for (a, b), (c, d) in combinations(zip(x, y, strict=True), 2):
        level_x += a == c
        level_y += b == d
        product = (a - c) * (b - d)
        same, opposite = same + (product > 0), opposite + (product < 0)
    pairs = len(x) * (len(x) - 1) // 2
    whole = (pairs - level_x) * (pairs - level_y)
    return (same - opposite) / sqrt(whole) if whole else None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_it_is_what_the_definition_says(rows: list[tuple[int, int]]) -> None:
    x, y = [a for a, _ in rows], [b for _, b in rows]
    expected = slow_tau(x, y)
    got = kendall_tau(x, y)
    assert got == (None if expected is None else Decimal(f"{expected:.4f}"))

"""Amounts are divided exactly, whatever the weights."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution.allocation import LARGEST_AMOUNT, NotDivisibleError, divide
from tests.attribution.oracle import divide_exactly

amounts = st.integers(-LARGEST_AMOUNT, LARGEST_AMOUNT)
weight_lists = st.lists(st.integers(0, 2**52), min_size=1, max_size=40).filter(any)


def parts_of(amount: int, weights: list[int]) -> list[int]:
    """Divide one amount."""
    return divide(
        amounts=np.array([amount], np.int64),
        start=np.array([0, len(weights)], np.int64),
        weights=np.array(weights, np.int64),
    ).tolist()


def test_a_cent_that_does_not_divide_goes_to_the_earliest_part() -> None:
    assert parts_of(100_00, [1, 1, 1]) == [33_34, 33_33, 33_33]


def test_the_largest_remainder_gets_the_cent_before_an_earlier_part() -> None:
    assert parts_of(10, [1, 3, 3]) == [2, 4, 4]
    assert parts_of(1, [1, 2, 1]) == [0, 1, 0]


def test_a_negative_amount_mirrors_the_positive_one() -> None:
    assert parts_of(-100_00, [1, 1, 1]) == [-33_34, -33_33, -33_33]


def test_nothing_is_divided_into_nothings() -> None:
    assert parts_of(0, [1, 2]) == [0, 0]


def test_the_largest_amount_is_exact_to_the_last_unit() -> None:
    weights = [2**52, 2**52 - 1, 12345, 1]

    assert parts_of(LARGEST_AMOUNT, weights) == divide_exactly(
        LARGEST_AMOUNT, [Fraction(weight) for weight in weights]
    )


def test_many_divisions_at_once_are_each_their_own() -> None:
    divided = divide(
        amounts=np.array([100, 77, -10, 5], np.int64),
        start=np.array([0, 3, 3, 5, 6], np.int64),
        weights=np.array([1, 1, 1, 2, 1, 9], np.int64),
    )

    assert divided.tolist() == [34, 33, 33, -7, -3, 5]


def test_no_division_at_all_divides_nothing() -> None:
    nothing = np.zeros(0, np.int64)

    assert divide(amounts=nothing, start=np.zeros(1, np.int64), weights=nothing).tolist() == []


def test_an_amount_beyond_the_limit_is_refused() -> None:
    with pytest.raises(NotDivisibleError):
        parts_of(LARGEST_AMOUNT + 1, [1])


def test_a_negative_weight_is_refused() -> None:
    with pytest.raises(NotDivisibleError):
        parts_of(10, [2, -1])


def test_weights_that_sum_to_nothing_are_refused() -> None:
    with pytest.raises(NotDivisibleError):
        parts_of(10, [0, 0])


def test_weights_whose_sum_would_wrap_are_refused() -> None:
    with pytest.raises(NotDivisibleError):
        parts_of(10, [2**62, 2**62, 2**62, 2**62, 1])


@given(amounts, weight_lists)
def test_the_parts_sum_to_the_amount_and_match_exact_fractions(
    amount: int, weights: list[int]
) -> None:
    parts = parts_of(amount, weights)

    assert sum(parts) == amount
    assert parts == divide_exactly(amount, [Fraction(weight) for weight in weights])


@given(st.lists(st.tuples(amounts, weight_lists), max_size=30))
@settings(max_examples=50)
def test_divisions_do_not_touch_each_other(cases: list[tuple[int, list[int]]]) -> None:
    lengths = [len(weights) for _, weights in cases]
    together = divide(
        amounts=np.array([amount for amount, _ in cases], np.int64),
        start=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        weights=np.array([w for _, weights in cases for w in weights], np.int64),
    ).tolist()

    assert together == [part for amount, weights in cases for part in parts_of(amount, weights)]


@given(st.integers(0, 10**12), weight_lists, st.integers(2, 1000))
def test_scaling_the_amount_scales_the_parts_up_to_rounding(
    amount: int, weights: list[int], factor: int
) -> None:
    small, large = parts_of(amount, weights), parts_of(amount * factor, weights)

    assert all(abs(big - part * factor) <= factor for part, big in zip(small, large, strict=True))

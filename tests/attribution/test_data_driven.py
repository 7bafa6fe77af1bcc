"""Fitted shares match published and hand-made figures, and slow exact fractions."""

from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attribution import data_driven
from attribution.data_driven import (
    NotFittableError,
    Paths,
    exact_shares,
    removal_effects,
    shapley_values,
)
from tests.attribution.oracle import chance_of_conversion

Rows = list[tuple[str, int, int]]
"""Journeys as letters, with how many converted and how many did not."""

ANALYZECORE: Rows = [("abc", 1, 0), ("a", 0, 1), ("bc", 0, 1)]
"""Bryl, “Marketing multi-channel attribution model based on sales funnel with R”, analyzecore.com,
3 August 2016: P(conversion) 1/3, removal effects 0.5, 1, 1."""

PUZYROV: Rows = [("g", 2, 1), ("m", 1, 0), ("gm", 1, 0)]
"""Puzyrov, “Markov chain attribution: simple explanation of removal effect”, serhiipuzyrov.com,
July 2019: four of five people convert."""


def columns(rows: Rows) -> tuple[Paths, int]:
    """Return the columns of journeys and how many states there are, in the alphabet's order."""
    names = sorted({state for path, *_ in rows for state in path})
    paths = Paths(
        start=np.cumsum([0, *(len(path) for path, *_ in rows)]),
        state=np.array([names.index(state) for path, *_ in rows for state in path]),
        conversions=np.array([converted for _, converted, _ in rows]),
        nulls=np.array([nulls for *_, nulls in rows]),
    )
    return paths, len(names)


def removed(rows: Rows, order: int = 1) -> list[float]:
    """Return the removal effects of the letters."""
    paths, count = columns(rows)
    return removal_effects(paths, state_count=count, order=order).values.tolist()


def test_the_removal_effects_of_a_published_example() -> None:
    paths, count = columns(ANALYZECORE)
    found = removal_effects(paths, state_count=count)

    assert found.conversion_rate == pytest.approx(1 / 3)
    assert found.values.tolist() == pytest.approx([0.5, 1, 1])
    assert exact_shares(found.values) == [Decimal("0.2"), Decimal("0.4"), Decimal("0.4")]


def test_the_removal_effects_of_another_published_example() -> None:
    assert removed(PUZYROV) == pytest.approx([0.75, 0.5])


def test_people_who_never_converted_count() -> None:
    won: Rows = [("a", 2, 0), ("ab", 1, 0)]

    assert removed(won) == pytest.approx([1, 1 / 3])
    assert removed([*won, ("b", 0, 9)]) == pytest.approx([0.7, 1 / 3])


def test_a_repeated_touch_changes_no_removal_effect_of_order_one() -> None:
    assert removed([("aab", 1, 0), ("b", 0, 1)]) == pytest.approx(
        removed([("ab", 1, 0), ("b", 0, 1)])
    )


def test_order_two_tells_what_follows_from_what_came_before() -> None:
    rows: Rows = [("abc", 1, 0), ("dbe", 0, 1)]

    assert removed(rows) == pytest.approx([0.5, 1, 1, 0.5, 0])
    assert removed(rows, order=2) == pytest.approx([1, 1, 1, 0, 0])


def test_a_journey_shorter_than_the_order_is_a_state_of_its_own() -> None:
    assert removed([("a", 1, 0), ("b", 1, 1)], order=3) == pytest.approx([0.5, 0.5])


def test_the_shapley_values_of_two_channels_by_hand() -> None:
    # Worth: a alone 1/4, b alone 1/6, both 3/4; a adds (1/4 + 7/12) / 2 and b (1/6 + 1/2) / 2
    paths, count = columns([("a", 1, 0), ("b", 1, 0), ("ab", 1, 1)])
    found = shapley_values(paths, state_count=count)

    assert found.values.tolist() == pytest.approx([5 / 12, 1 / 3])
    assert found.conversion_rate == pytest.approx(3 / 4)


def test_sampled_values_lie_within_their_stated_error_of_the_exact_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows: Rows = [("abcde", 3, 4), ("bd", 2, 9), ("ace", 5, 1), ("e", 1, 1), ("dcb", 2, 2)]
    paths, count = columns(rows)
    exact = shapley_values(paths, state_count=count)
    monkeypatch.setattr(data_driven, "EXACT_STATES", 3)
    sampled = shapley_values(paths, state_count=count)

    assert exact.errors is None
    assert sampled.errors is not None
    assert (np.abs(sampled.values - exact.values) <= 4 * sampled.errors + 1e-12).all()
    assert sampled.values.sum() == pytest.approx(exact.conversion_rate)


def test_a_sample_is_the_same_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_driven, "EXACT_STATES", 1)
    paths, count = columns(PUZYROV)
    first, again = (shapley_values(paths, state_count=count).values for _ in range(2))

    assert first.tolist() == again.tolist()


def test_journeys_that_never_convert_are_refused() -> None:
    paths, count = columns([("ab", 0, 3)])
    with pytest.raises(NotFittableError):
        removal_effects(paths, state_count=count)
    with pytest.raises(NotFittableError):
        shapley_values(paths, state_count=count)


def test_a_journey_without_a_touch_is_refused() -> None:
    nothing = Paths(np.array([0, 0]), np.zeros(0, np.int64), np.array([1]), np.array([0]))
    with pytest.raises(NotFittableError):
        removal_effects(nothing, state_count=1)


def test_more_places_than_can_be_sampled_are_refused() -> None:
    paths, _ = columns(PUZYROV)
    with pytest.raises(NotFittableError, match="61"):
        shapley_values(paths, state_count=61)


def test_a_walk_that_does_not_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data_driven, "_DENSE_STATES", 0)
    monkeypatch.setattr(data_driven, "_MOST_STEPS", 2)
    paths, count = columns([("abababab", 1, 0)])
    with pytest.raises(NotFittableError, match="order"):
        removal_effects(paths, state_count=count)


def test_shares_sum_to_one_by_largest_remainder() -> None:
    shares = exact_shares(np.array([1.0, 1.0, 1.0]))

    assert shares == [Decimal("0.333333334"), Decimal("0.333333333"), Decimal("0.333333333")]
    assert sum(shares) == 1


journeys = st.lists(
    st.tuples(st.text("abcd", min_size=1, max_size=6), st.integers(0, 4), st.integers(0, 4)),
    min_size=1,
    max_size=8,
).filter(lambda rows: any(converted for _, converted, _ in rows))


@given(journeys, st.integers(1, 3))
@settings(max_examples=60, deadline=None)
def test_removal_effects_match_exact_fractions(rows: Rows, order: int) -> None:
    names = sorted({state for path, *_ in rows for state in path})
    whole = chance_of_conversion(rows, order=order)
    exact = [1 - chance_of_conversion(rows, order=order, without={name}) / whole for name in names]

    assert removed(rows, order) == pytest.approx([float(effect) for effect in exact], abs=1e-9)


@given(journeys, st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_walking_and_solving_agree(rows: Rows, order: int) -> None:
    paths, count = columns(rows)
    chain = data_driven._chain(paths, count, order)
    (rate, lost), (walked_rate, walked_lost) = (
        data_driven._solved(chain),
        data_driven._walked(chain),
    )

    assert walked_rate == pytest.approx(rate)
    assert walked_lost == pytest.approx(lost, abs=1e-12)


@given(journeys, st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_many_states_are_numbered_as_few_are(rows: Rows, order: int) -> None:
    usual = removed(rows, order)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(data_driven, "_LARGEST_TABLE", 0)
        assert removed(rows, order) == pytest.approx(usual)


@given(journeys)
@settings(max_examples=40, deadline=None)
def test_shapley_values_match_all_permutations_in_exact_fractions(rows: Rows) -> None:
    names = sorted({state for path, *_ in rows for state in path})
    orders = list(permutations(names))
    exact = dict.fromkeys(names, Fraction(0))
    for order in orders:
        for place, name in enumerate(order):
            with_it, without = set(order[place + 1 :]), set(order[place:])
            gain = chance_of_conversion(rows, without=with_it) - chance_of_conversion(
                rows, without=without
            )
            exact[name] += gain / len(orders)
    paths, count = columns(rows)
    found = shapley_values(paths, state_count=count).values.tolist()

    assert found == pytest.approx([float(exact[name]) for name in names], abs=1e-9)

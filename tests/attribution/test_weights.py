"""What every rule gives to whom: the worked figures of the definitions, then the properties."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.allocation import divide
from attribution.journeys import DAY, NO_TIME
from attribution.weights import InvalidRuleError, touch_weights, weighting
from tests.attribution.columns import (
    SimpleTouch,
    daily_touches,
    one_journey,
    outcome_columns,
    slow_anchored,
    slow_decay,
    slow_parts,
    touch_columns,
)

SHIPPED = {
    "first": ({"first": 100}, 0),
    "last": ({"last": 100}, 0),
    "last_non_direct": ({"last": 100}, 0),
    "linear": ({}, 100),
    "position": ({"first": 40, "last": 40}, 20),
    "u_lead": ({"first": 40, "lead": 40}, 20),
    "u_even": ({"first": 50, "lead": 50}, 0),
    "w": ({"first": 30, "lead": 30, "opportunity": 30}, 10),
    "full_path": ({"first": 22.5, "lead": 22.5, "opportunity": 22.5, "last": 22.5}, 10),
    "j_shaped": ({"first": 20, "last": 60}, 20),
    "inverse_j": ({"first": 60, "last": 20}, 20),
}
AMOUNT = 10_000_00


def parts_of(
    kind: str,
    touches: list[SimpleTouch],
    *,
    amount: int = AMOUNT,
    at: int = 80 * DAY,
    lead_at: int = NO_TIME,
    opportunity_at: int = NO_TIME,
    lookback_days: int | None = 90,
    **parameters: object,
) -> list[int]:
    """Divide one outcome of person 0 by a rule."""
    rule = weighting(kind=kind, parameters=parameters)
    journeys = one_journey(
        touches, at=at, lookback_days=lookback_days, keeps_direct=rule.keeps_direct
    )
    weights = touch_weights(
        weighting=rule,
        journeys=journeys,
        touches=touch_columns(touches),
        outcomes=outcome_columns([at], lead_times=[lead_at], opportunity_times=[opportunity_at]),
    )
    return divide(amounts=np.array([amount]), start=journeys.start, weights=weights).tolist()


def test_linear_gives_the_odd_cent_to_the_earliest_of_three() -> None:
    assert parts_of("linear", daily_touches(3), amount=100_00) == [33_34, 33_33, 33_33]


def test_first_gives_everything_to_the_earliest() -> None:
    assert parts_of("first", daily_touches(3)) == [AMOUNT, 0, 0]


def test_last_gives_everything_to_the_latest() -> None:
    assert parts_of("last", daily_touches(3)) == [0, 0, AMOUNT]


def test_last_non_direct_passes_over_a_direct_visit_at_the_end() -> None:
    touches = [*daily_touches(2), SimpleTouch(time=70 * DAY, is_direct=True)]

    assert parts_of("last_non_direct", touches) == [0, AMOUNT]


def test_last_may_be_told_to_keep_direct() -> None:
    touches = [*daily_touches(2), SimpleTouch(time=70 * DAY, is_direct=True)]

    assert parts_of("last", touches, keeps_direct=True) == [0, 0, AMOUNT]


@pytest.mark.parametrize(
    ("count", "division"),
    [
        (1, [10000_00]),
        (2, [5000_00, 5000_00]),
        (3, [4000_00, 2000_00, 4000_00]),
        (4, [4000_00, 1000_00, 1000_00, 4000_00]),
    ],
)
def test_position_gives_forty_twenty_forty(count: int, division: list[int]) -> None:
    assert parts_of("position", daily_touches(count)) == division


def test_w_with_three_anchors_and_one_touch_in_between() -> None:
    division = parts_of("w", daily_touches(4), lead_at=2 * DAY, opportunity_at=4 * DAY)

    assert division == [3000_00, 3000_00, 1000_00, 3000_00]


def test_w_with_three_anchors_and_nothing_in_between() -> None:
    division = parts_of("w", daily_touches(3), lead_at=2 * DAY, opportunity_at=3 * DAY)

    assert division == [3333_34, 3333_33, 3333_33]


def test_w_with_first_and_lead_on_one_touch() -> None:
    division = parts_of("w", daily_touches(2), lead_at=DAY, opportunity_at=2 * DAY)

    assert division == [6666_67, 3333_33]


def test_w_without_a_lead_divides_by_what_is_there() -> None:
    division = parts_of("w", daily_touches(4), opportunity_at=3 * DAY)

    assert division == [4285_71, 714_29, 4285_71, 714_29]


def test_full_path_with_four_anchors_and_nothing_in_between() -> None:
    division = parts_of("full_path", daily_touches(4), lead_at=2 * DAY, opportunity_at=3 * DAY)

    assert division == [2500_00] * 4


def test_full_path_over_six_touches() -> None:
    division = parts_of("full_path", daily_touches(6), lead_at=2 * DAY, opportunity_at=4 * DAY)

    assert division == [2250_00, 2250_00, 500_00, 2250_00, 500_00, 2250_00]


@pytest.mark.parametrize(
    ("half_life", "division"),
    [(7, [1_18, 166_45, 2663_30, 7169_07]), (30, [559_40, 1775_97, 3391_55, 4273_08])],
)
def test_time_decay_at_ninety_forty_twelve_and_two_days(
    half_life: int, division: list[int]
) -> None:
    touches = [SimpleTouch(time=(100 - age) * DAY) for age in (90, 40, 12, 2)]

    assert parts_of("time_decay", touches, at=100 * DAY, half_life_days=half_life) == division


def test_time_decay_has_a_half_life_of_thirty_days_where_none_is_named() -> None:
    touches = [SimpleTouch(time=10 * DAY), SimpleTouch(time=40 * DAY)]

    assert parts_of("time_decay", touches, amount=3_00) == [1_00, 2_00]


def test_the_lead_anchor_is_the_last_touch_at_or_before_the_lead() -> None:
    assert parts_of("u_even", daily_touches(4), lead_at=3 * DAY) == [5000_00, 0, 5000_00, 0]
    assert parts_of("u_even", daily_touches(4), lead_at=3 * DAY - 1) == [5000_00, 5000_00, 0, 0]


def test_an_anchor_before_the_first_touch_is_dropped() -> None:
    assert parts_of("u_lead", daily_touches(2), lead_at=DAY - 1) == [6666_67, 3333_33]


def test_j_shapes_lean_to_their_ends() -> None:
    assert parts_of("j_shaped", daily_touches(3)) == [2000_00, 2000_00, 6000_00]
    assert parts_of("inverse_j", daily_touches(3)) == [6000_00, 2000_00, 2000_00]


def test_custom_weights_are_taken_as_written() -> None:
    division = parts_of("custom", daily_touches(3), first=50, rest="12.5", last=37.5)

    assert division == [5000_00, 1250_00, 3750_00]


def test_custom_multiplies_by_the_kind_of_touch() -> None:
    touches = [SimpleTouch(time=1, kind=0), SimpleTouch(time=2, kind=1)]

    assert parts_of("custom", touches, rest=1, kinds={"tap": 1.5, "visit": 0.5}) == [
        7500_00,
        2500_00,
    ]


def test_custom_without_any_weight_left_divides_equally() -> None:
    assert parts_of("custom", daily_touches(2), lead=100) == [5000_00, 5000_00]


@pytest.mark.parametrize(
    ("kind", "parameters", "field"),
    [
        ("zigzag", {}, "kind"),
        ("linear", {"half_life_days": 7}, "half_life_days"),
        ("linear", {"keeps_direct": "yes"}, "keeps_direct"),
        ("time_decay", {"half_life_days": 0}, "half_life_days"),
        ("time_decay", {"half_life_days": "week"}, "half_life_days"),
        ("time_decay", {"half_life_days": True}, "half_life_days"),
        ("custom", {}, "first"),
        ("custom", {"first": -1}, "first"),
        ("custom", {"first": "1.2345"}, "first"),
        ("custom", {"rest": 1001}, "rest"),
        ("custom", {"rest": 1, "kinds": ["tap"]}, "kinds"),
        ("custom", {"rest": 1, "kinds": {"billboard": 1}}, "kinds"),
    ],
)
def test_parameters_that_mean_nothing_are_refused_by_name(
    kind: str, parameters: dict[str, object], field: str
) -> None:
    with pytest.raises(InvalidRuleError) as refusal:
        weighting(kind=kind, parameters=parameters)

    assert refusal.value.field == field


ordered_times = st.lists(st.integers(0, 80 * DAY), min_size=1, max_size=15).map(sorted)
moments = st.integers(0, 80 * DAY) | st.just(NO_TIME)


@given(
    st.sampled_from(sorted(SHIPPED)),
    ordered_times,
    moments,
    moments,
    st.integers(-(10**15), 10**15),
)
def test_anchored_rules_match_the_algorithm_in_exact_fractions(
    kind: str, times: list[int], lead: int, opportunity: int, amount: int
) -> None:
    touches = [SimpleTouch(time=time, id=number) for number, time in enumerate(times)]
    anchors, rest = SHIPPED[kind]
    expected = slow_anchored(
        times,
        anchors={name: Fraction(str(weight)) for name, weight in anchors.items()},
        rest=Fraction(rest),
        moments={"lead": lead, "opportunity": opportunity, "last": 80 * DAY},
    )

    parts = parts_of(kind, touches, amount=amount, lead_at=lead, opportunity_at=opportunity)

    assert parts == slow_parts(amount, expected)


@given(ordered_times, st.integers(1, 60), st.integers(0, 10**9))
def test_time_decay_is_within_a_cent_of_fifty_digits(
    times: list[int], half_life: int, amount: int
) -> None:
    touches = [SimpleTouch(time=time, id=number) for number, time in enumerate(times)]
    exact = slow_parts(amount, slow_decay(times, at=80 * DAY, half_life_days=half_life))

    parts = parts_of("time_decay", touches, amount=amount, half_life_days=half_life)

    assert sum(parts) == amount
    assert all(abs(part - wanted) <= 1 for part, wanted in zip(parts, exact, strict=True))


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=5))
def test_the_weights_of_long_journeys_stay_divisible(lengths: list[int]) -> None:
    touches = [SimpleTouch(time=n % 80 * DAY + n, id=n) for n in range(sum(lengths))]

    assert sum(parts_of("time_decay", touches, at=85 * DAY)) == AMOUNT


@given(st.sampled_from([*sorted(SHIPPED), "time_decay"]), ordered_times)
def test_touches_that_do_not_count_change_nothing(kind: str, times: list[int]) -> None:
    touches = [SimpleTouch(time=t, id=n, click=n) for n, t in enumerate(times)]
    noise = [
        SimpleTouch(time=-20 * DAY, id=9001),
        SimpleTouch(time=81 * DAY, id=9002),
        SimpleTouch(time=40 * DAY, id=9003, is_excluded=True),
        SimpleTouch(time=times[0], id=9004, grade=2, click=0),
    ]

    assert parts_of(kind, touches + noise) == parts_of(kind, touches)


@given(st.sampled_from([*sorted(SHIPPED), "time_decay"]), ordered_times, st.integers(1, 10**12))
def test_a_refund_mirrors_its_win(kind: str, times: list[int], amount: int) -> None:
    touches = [SimpleTouch(time=time, id=number) for number, time in enumerate(times)]
    won = parts_of(kind, touches, amount=amount)

    assert parts_of(kind, touches, amount=-amount) == [-part for part in won]

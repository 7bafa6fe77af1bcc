"""The explanation of a division: verdicts, weights, quotients and the cents left over."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.explanation import (
    AFTER,
    DIRECT,
    EARNS,
    EXCLUDED,
    OUTSIDE,
    REPEAT,
    Explanation,
    Ratio,
    explain,
)
from attribution.journeys import DAY, NO_TIME
from attribution.weights import weighting
from tests.attribution.columns import (
    SimpleTouch,
    daily_touches,
    member_columns,
    outcome_columns,
    touch_columns,
)
from tests.attribution.oracle import divide_exactly

AT = 80 * DAY


def explained(
    touches: list[SimpleTouch],
    *,
    kind: str = "linear",
    amount: int = 100_00,
    lookback_days: int | None = 90,
    lead_at: int = NO_TIME,
    opportunity_at: int = NO_TIME,
    **parameters: object,
) -> Explanation:
    """Explain the outcome of person 0; another outcome of person 1 stands before it."""
    return explain(
        touches=touch_columns(touches),
        outcomes=outcome_columns(
            [AT + 5, AT], lead_times=[0, lead_at], opportunity_times=[0, opportunity_at]
        ),
        members=member_columns([(0, 1), (1, 0)]),
        row=1,
        weighting=weighting(kind=kind, parameters=parameters),
        lookback_days=lookback_days,
        amount_minor=amount,
    )


def verdicts(found: Explanation) -> list[str]:
    return [step.verdict for step in found.steps]


def amounts(found: Explanation) -> list[int]:
    return [step.division.amount_minor for step in found.steps if step.division]


def ratio(found: Explanation, place: int) -> Ratio:
    step = found.steps[place].ratio
    assert step is not None
    return step


def test_touches_stand_in_the_engines_order_with_their_ages() -> None:
    found = explained([SimpleTouch(2 * DAY, id=2), SimpleTouch(DAY, id=1)])
    assert [(step.row, step.age // DAY) for step in found.steps] == [(1, 79), (0, 78)]


def test_other_outcomes_people_have_no_part() -> None:
    assert explained([SimpleTouch(DAY, person=1)]).steps == ()


def test_a_touch_after_the_outcome_says_so() -> None:
    found = explained([SimpleTouch(DAY), SimpleTouch(AT + 1)])
    assert verdicts(found) == [EARNS, AFTER]


def test_a_touch_older_than_the_lookback_says_so() -> None:
    found = explained([SimpleTouch(AT - 11 * DAY), SimpleTouch(AT - 10 * DAY)], lookback_days=10)
    assert verdicts(found) == [OUTSIDE, EARNS]


def test_an_excluded_touch_says_so() -> None:
    found = explained([SimpleTouch(DAY, is_excluded=True), SimpleTouch(2 * DAY)])
    assert verdicts(found) == [EXCLUDED, EARNS]


def test_the_second_touch_of_one_click_says_so() -> None:
    found = explained([SimpleTouch(DAY, click=7, id=1), SimpleTouch(2 * DAY, click=7, id=2)])
    assert verdicts(found) == [EARNS, REPEAT]


def test_a_direct_touch_among_others_says_so() -> None:
    found = explained([SimpleTouch(DAY, is_direct=True), SimpleTouch(2 * DAY)])
    assert verdicts(found) == [DIRECT, EARNS]


def test_direct_touches_among_themselves_earn() -> None:
    assert verdicts(explained([SimpleTouch(DAY, is_direct=True)])) == [EARNS]


def test_an_outcome_without_anybody_earning_has_its_reason() -> None:
    found = explained([SimpleTouch(AT + 1)])
    assert (found.reason, found.total_weight, amounts(found)) == ("no_touches", 0, [])


def test_anchors_are_marked_even_where_the_rule_rewards_none() -> None:
    found = explained(daily_touches(3), lead_at=2 * DAY, opportunity_at=2 * DAY)
    assert [step.marks for step in found.steps] == [
        ("first",),
        ("lead", "opportunity"),
        ("last",),
    ]


def test_the_weights_of_anchors_on_one_touch_stand_beside_each_other() -> None:
    found = explained(daily_touches(2), kind="w", lead_at=DAY, opportunity_at=2 * DAY)
    assert ratio(found, 0).anchors == (("first", Fraction(30)), ("lead", Fraction(30)))
    assert [step.normalised for step in found.steps] == [Fraction(2, 3), Fraction(1, 3)]


def test_touches_in_between_share_the_rest() -> None:
    middle = ratio(explained(daily_touches(4), kind="position"), 1)
    assert (middle.rest, middle.sharers) == (Fraction(10), 2)


def test_the_multiplier_of_a_kind_is_named() -> None:
    touches = [SimpleTouch(DAY, kind=0, id=1), SimpleTouch(2 * DAY, kind=1, id=2)]
    found = explained(touches, kind="custom", rest=1, kinds={"tap": 3})
    assert [ratio(found, place).factor for place in (0, 1)] == [3, 1]
    assert amounts(found) == [75_00, 25_00]


def test_time_decay_tells_age_over_half_life() -> None:
    found = explained([SimpleTouch(AT - 45 * DAY)], kind="time_decay", half_life_days=30)
    assert ratio(found, 0).halvings == Fraction(3, 2)


def test_a_rule_whose_anchors_are_missing_divides_evenly_and_says_so() -> None:
    found = explained(daily_touches(2), kind="custom", lead=100)
    assert found.is_even
    assert amounts(found) == [50_00, 50_00]


def test_a_fitted_rule_tells_the_share_of_each_channel() -> None:
    touches = [SimpleTouch(DAY, channel=0, id=1), SimpleTouch(2 * DAY, channel=1, id=2)]
    shares = {"channel-0": "0.75", "channel-1": "0.25"}
    found = explained(touches, kind="markov", by="channel", shares=shares)
    assert [ratio(found, place).share for place in (0, 1)] == [Fraction(3, 4), Fraction(1, 4)]
    assert amounts(found) == [75_00, 25_00]


def test_a_rule_of_paid_channels_tells_which_count() -> None:
    touches = [SimpleTouch(DAY, channel=0, id=1), SimpleTouch(2 * DAY, channel=1, id=2)]
    found = explained(touches, kind="linear_paid", channels={"channel-1": "Search"})
    assert [(ratio(found, p).share, ratio(found, p).counts_alike) for p in (0, 1)] == [
        (0, True),
        (1, True),
    ]
    assert amounts(found) == [0, 100_00]


def test_the_cent_left_over_goes_to_the_largest_fraction() -> None:
    found = explained(daily_touches(3))
    first = found.steps[0].division
    assert first is not None
    assert (first.exact, first.whole, first.rank) == (Fraction(10_000, 3), 3333, 1)
    assert (first.gets_unit, found.left_over) == (True, 1)
    assert amounts(found) == [33_34, 33_33, 33_33]


def test_a_negative_amount_mirrors_the_positive_one() -> None:
    found = explained(daily_touches(3), amount=-100_00)
    assert amounts(found) == [-33_34, -33_33, -33_33]
    assert found.steps[0].division is not None
    assert found.steps[0].division.whole == -3333


@pytest.mark.parametrize("kind", ["linear", "position", "w", "full_path", "time_decay", "first"])
@given(
    days=st.lists(st.integers(1, 100), min_size=1, max_size=8, unique=True),
    amount=st.integers(-(10**9), 10**9),
    lead=st.integers(1, 100),
)
def test_every_step_follows_from_the_one_before(
    kind: str, days: list[int], amount: int, lead: int
) -> None:
    """The parts sum to the amount; each is its quotient, cut, and at most one unit."""
    touches = [SimpleTouch(day * DAY, id=day) for day in days]
    found = explained(
        touches, kind=kind, amount=amount, lead_at=lead * DAY, opportunity_at=(lead + 3) * DAY
    )
    earning = [step for step in found.steps if step.division]
    if not earning:
        return
    assert sum(amounts(found)) == amount
    assert amounts(found) == divide_exactly(amount, [step.normalised for step in earning])
    for step in earning:
        assert step.division is not None
        assert step.division.exact == amount * step.normalised
        assert abs(step.division.amount_minor - step.division.whole) == step.division.gets_unit


@given(
    days=st.lists(st.integers(1, 79), min_size=1, max_size=6, unique=True), lead=st.integers(1, 79)
)
def test_the_weights_as_told_are_in_the_ratio_of_the_engines(days: list[int], lead: int) -> None:
    touches = [SimpleTouch(day * DAY, id=day) for day in days]
    found = explained(touches, kind="full_path", lead_at=lead * DAY, opportunity_at=40 * DAY)
    told = [
        sum((weight for _, weight in step.ratio.anchors), Fraction(0)) + step.ratio.rest
        for step in found.steps
        if step.ratio
    ]
    total = sum(told, Fraction(0))
    assert [weight / total for weight in told] == [s.normalised for s in found.steps if s.ratio]

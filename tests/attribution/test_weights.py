"""What every rule gives to whom. The worked figures stand in `test_vectors.py`."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attribution.allocation import divide
from attribution.journeys import DAY, NO_TIME
from attribution.weights import DATA_DRIVEN, InvalidRuleError, touch_weights, weighting
from tests.attribution import oracle
from tests.attribution.columns import (
    SimpleTouch,
    daily_touches,
    one_journey,
    outcome_columns,
    touch_columns,
)

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


PAID = {"channels": {"channel-1": "Paid Search", "channel-2": "Display"}}


def test_paid_channels_alone_share_equally() -> None:
    touches = [SimpleTouch(time=n, id=n, channel=n) for n in range(4)]

    assert parts_of("linear_paid", touches, **PAID) == [0, 5000_00, 5000_00, 0]


def test_without_a_paid_touch_all_share_equally() -> None:
    touches = [SimpleTouch(time=n, id=n, channel=0) for n in range(2)]

    assert parts_of("linear_paid", touches, **PAID) == [5000_00, 5000_00]


@pytest.mark.parametrize("kind", DATA_DRIVEN)
def test_touches_weigh_the_fitted_share_of_their_channel(kind: str) -> None:
    touches = [SimpleTouch(time=n, id=n, channel=channel) for n, channel in enumerate((0, 1, 1, 2))]
    shares = {"channel-0": "0.6", "channel-1": "0.2", "channel-9": "0.2"}

    assert parts_of(kind, touches, shares=shares) == [6000_00, 2000_00, 2000_00, 0]


def test_shares_of_campaigns_know_touches_without_one() -> None:
    touches = [SimpleTouch(time=n, id=n, campaign=n - 1) for n in range(2)]
    shares = {"campaign-0": "0.9", "none": "0.1"}

    assert parts_of("markov", touches, by="campaign", shares=shares) == [1000_00, 9000_00]


def test_channels_that_the_fit_never_saw_share_equally() -> None:
    touches = [SimpleTouch(time=n, id=n, channel=5) for n in range(2)]

    assert parts_of("markov", touches, shares={"channel-0": 1}) == [5000_00, 5000_00]


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
        ("linear_paid", {}, "channels"),
        ("linear_paid", {"channels": {}}, "channels"),
        ("linear_paid", {"channels": ["sms"]}, "channels"),
        ("markov", {}, "shares"),
        ("markov", {"shares": {"a": "0.5", "b": "0.4"}}, "shares"),
        ("markov", {"shares": {"a": "2", "b": "-1"}}, "shares"),
        ("markov", {"shares": {"a": "0.0000000001"}}, "shares"),
        ("markov", {"shares": {"a": "much"}}, "shares"),
        ("markov", {"shares": {"a": "NaN"}}, "shares"),
        ("markov", {"order": 4, "shares": {"a": 1}}, "order"),
        ("markov", {"order": True, "shares": {"a": 1}}, "order"),
        ("shapley", {"order": 1, "shares": {"a": 1}}, "order"),
        ("shapley", {"by": "send", "shares": {"a": 1}}, "by"),
        ("shapley", {"goal": "refund", "shares": {"a": 1}}, "goal"),
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
    st.sampled_from(sorted(oracle.SHIPPED)),
    ordered_times,
    moments,
    moments,
    st.integers(-(10**15), 10**15),
)
def test_anchored_rules_are_exact_up_to_the_largest_amount(
    kind: str, times: list[int], lead: int, opportunity: int, amount: int
) -> None:
    touches = [SimpleTouch(time=time, id=number) for number, time in enumerate(times)]
    expected = oracle.parts_of(
        amount,
        touches,
        kind=kind,
        parameters={},
        at=80 * DAY,
        lead_at=lead,
        opportunity_at=opportunity,
    )

    parts = parts_of(kind, touches, amount=amount, lead_at=lead, opportunity_at=opportunity)

    assert parts == expected


@given(ordered_times, st.integers(1, 60), st.integers(0, 10**9))
def test_time_decay_is_within_a_cent_of_fifty_digits(
    times: list[int], half_life: int, amount: int
) -> None:
    touches = [SimpleTouch(time=time, id=number) for number, time in enumerate(times)]
    exact = oracle.divide_exactly(amount, oracle.decayed(times, half_life))

    parts = parts_of("time_decay", touches, amount=amount, half_life_days=half_life)

    assert sum(parts) == amount
    assert all(abs(part - wanted) <= 1 for part, wanted in zip(parts, exact, strict=True))

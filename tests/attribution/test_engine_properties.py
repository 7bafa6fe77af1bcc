"""The engine is right: every rule, against the oracle to the minor unit, and by its properties."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from attribution.allocation import divide
from attribution.journeys import DAY, NO_TIME, REASONS, Journeys, eligible_journeys
from attribution.weights import touch_weights, weighting
from tests.attribution import oracle
from tests.attribution.columns import (
    SimpleTouch,
    member_columns,
    outcome_columns,
    touch_columns,
)

CLOSE = 100 * DAY
CHANNELS = [f"channel-{n}" for n in range(3)]
CAMPAIGNS = ["none", *(f"campaign-{n}" for n in range(2))]


@dataclass(frozen=True)
class Rule:
    """A rule as it is stored."""

    kind: str
    parameters: dict[str, Any]
    lookback_days: int | None


@dataclass(frozen=True)
class Deal:
    """An outcome, its moments and the people behind it."""

    amount: int
    at: int
    lead_at: int
    opportunity_at: int
    people: frozenset[int]


def divided(
    rule: Rule, deals: list[Deal], touches: list[SimpleTouch]
) -> tuple[Journeys, list[int]]:
    """Divide by the engine; the parts stand in the order of the journeys' touches."""
    known = weighting(kind=rule.kind, parameters=rule.parameters)
    outcomes = outcome_columns(
        [deal.at for deal in deals],
        lead_times=[deal.lead_at for deal in deals],
        opportunity_times=[deal.opportunity_at for deal in deals],
    )
    columns = touch_columns(touches)
    journeys = eligible_journeys(
        touches=columns,
        outcomes=outcomes,
        members=member_columns(
            [(n, p) for n, deal in enumerate(deals) for p in sorted(deal.people)]
        ),
        lookback_days=rule.lookback_days,
        keeps_direct=known.keeps_direct,
    )
    weights = touch_weights(weighting=known, journeys=journeys, touches=columns, outcomes=outcomes)
    amounts = np.array([deal.amount for deal in deals], np.int64)
    return journeys, divide(amounts=amounts, start=journeys.start, weights=weights).tolist()


def by_touch(rule: Rule, deal: Deal, touches: list[SimpleTouch]) -> dict[int, int]:
    """Return what each touch, by its id, earned of one deal."""
    journeys, parts = divided(rule, [deal], touches)
    return {touches[row].id: part for row, part in zip(journeys.touch, parts, strict=True)}


def _moment(time: int) -> int | None:
    return None if time == NO_TIME else time


def weights(largest: int) -> st.SearchStrategy[str]:
    """Return weights as people write them, with up to three decimals."""
    return st.integers(0, largest * 1000).map(lambda n: f"{n / 1000:g}")


def shares(places: list[str]) -> st.SearchStrategy[dict[str, str]]:
    """Return shares of some places that sum to 1 in billionths; others are unknown to the fit."""

    def cut(points: list[int]) -> dict[str, str]:
        edges = [0, *sorted(points), 10**9]
        return {
            place: f"{(high - low) / 10**9:.9f}"
            for place, low, high in zip(places, edges, edges[1:], strict=False)
        }

    return st.lists(st.integers(0, 10**9), min_size=len(places) - 1, max_size=len(places) - 1).map(
        cut
    )


custom = st.fixed_dictionaries(
    {name: weights(100) for name in ("first", "lead", "opportunity", "last", "rest")},
    optional={
        "kinds": st.fixed_dictionaries({}, optional={"tap": weights(9), "visit": weights(9)})
    },
).filter(lambda given: any(float(given[name]) for name in given if name != "kinds"))
PARAMETERS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    **{kind: st.just({}) for kind in oracle.SHIPPED},
    "time_decay": st.sampled_from([{}, {"half_life_days": 7}, {"half_life_days": "2.5"}]),
    "custom": custom,
    "linear_paid": st.sets(st.sampled_from(CHANNELS), min_size=1).map(
        lambda paid: {"channels": dict.fromkeys(paid, "Paid")}
    ),
    "markov": shares(CHANNELS).map(lambda found: {"order": 2, "shares": found}),
    "shapley": shares(CAMPAIGNS).map(lambda found: {"by": "campaign", "shares": found}),
}


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw any rule."""
    kind = draw(st.sampled_from(sorted(PARAMETERS)))
    parameters = dict(draw(PARAMETERS[kind]))
    if draw(st.booleans()):
        parameters["keeps_direct"] = True
    return Rule(kind, parameters, draw(st.sampled_from([None, 7, 30, 90])))


times = st.integers(-20, 200).map(lambda half_days: half_days * DAY // 2)
touches_strategy = st.lists(
    st.builds(
        SimpleTouch,
        time=times | st.sampled_from([CLOSE, CLOSE - 90 * DAY, CLOSE - 90 * DAY - 1, CLOSE + 1]),
        person=st.integers(0, 3),
        grade=st.integers(0, 1),
        priority=st.integers(0, 1),
        click=st.sampled_from([-1, -1, -1, 5, 6]),
        kind=st.integers(0, 1),
        is_excluded=st.sampled_from([False, False, False, True]),
        is_direct=st.sampled_from([False, False, True]),
        channel=st.integers(0, 3),
        campaign=st.integers(-1, 2),
    ),
    max_size=12,
).map(lambda drawn: [replace(touch, id=number + 1) for number, touch in enumerate(drawn)])
deals_strategy = st.lists(
    st.builds(
        Deal,
        amount=st.integers(-(10**7), 10**7),
        at=st.sampled_from([CLOSE, 60 * DAY, 0]),
        lead_at=times | st.just(NO_TIME),
        opportunity_at=times | st.just(NO_TIME),
        people=st.frozensets(st.integers(0, 3), max_size=3),
    ),
    min_size=1,
    max_size=4,
)
deal = st.builds(
    Deal,
    amount=st.integers(-(10**7), 10**7),
    at=st.just(CLOSE),
    lead_at=times | st.just(NO_TIME),
    opportunity_at=times | st.just(NO_TIME),
    people=st.just(frozenset({0, 1, 2, 3})),
)
thorough = settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
usual = settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])


@given(rules(), deals_strategy, touches_strategy)
@thorough
def test_the_engine_divides_as_the_oracle_does(
    rule: Rule, deals: list[Deal], touches: list[SimpleTouch]
) -> None:
    journeys, parts = divided(rule, deals, touches)

    for number, one in enumerate(deals):
        journey, reason = oracle.eligible(
            touches,
            set(one.people),
            at=one.at,
            lookback_days=rule.lookback_days,
            keeps_direct=rule.parameters.get("keeps_direct", False),
        )
        begin, end = journeys.start[number], journeys.start[number + 1]
        assert REASONS[journeys.reasons[number]] == reason
        assert [touches[row] for row in journeys.touch[begin:end]] == journey
        if journey:
            assert parts[begin:end] == oracle.parts_of(
                one.amount,
                journey,
                kind=rule.kind,
                parameters=rule.parameters,
                at=one.at,
                lead_at=_moment(one.lead_at),
                opportunity_at=_moment(one.opportunity_at),
            )


@pytest.mark.parametrize("kind", sorted(PARAMETERS))
def test_every_kind_meets_the_oracle_on_a_long_journey(kind: str) -> None:
    touches = [
        SimpleTouch(time=(n * 37 % 90) * DAY, id=n, kind=n % 2, channel=n % 4, campaign=n % 4 - 1)
        for n in range(200)
    ]
    parameters: dict[str, Any] = {
        "custom": {"first": "12.5", "lead": 3, "rest": "0.125", "kinds": {"tap": "1.5"}},
        "linear_paid": {"channels": {"channel-1": "Ads"}},
        "markov": {"shares": {"channel-0": "0.7", "channel-2": "0.3"}},
        "shapley": {"by": "campaign", "shares": {"none": "0.25", "campaign-1": "0.75"}},
    }.get(kind, {})
    rule = Rule(kind, parameters, 90)
    one = Deal(9_999_999, 95 * DAY, 30 * DAY, 60 * DAY, frozenset({0}))
    journey, _ = oracle.eligible(touches, {0}, at=one.at, lookback_days=90, keeps_direct=False)
    _, parts = divided(rule, [one], touches)

    assert parts == oracle.parts_of(
        one.amount,
        journey,
        kind=kind,
        parameters=parameters,
        at=one.at,
        lead_at=one.lead_at,
        opportunity_at=one.opportunity_at,
    )


@given(rules(), deals_strategy, touches_strategy)
@usual
def test_the_parts_sum_to_the_amount(
    rule: Rule, deals: list[Deal], touches: list[SimpleTouch]
) -> None:
    journeys, parts = divided(rule, deals, touches)
    for number, one in enumerate(deals):
        begin, end = journeys.start[number], journeys.start[number + 1]
        assert sum(parts[begin:end]) == (one.amount if begin < end else 0)


@given(rules(), deal, touches_strategy, st.randoms(use_true_random=False))
@usual
def test_the_order_of_rows_is_irrelevant(
    rule: Rule, one: Deal, touches: list[SimpleTouch], shuffler: Any
) -> None:
    shuffled = list(touches)
    shuffler.shuffle(shuffled)

    assert by_touch(rule, one, shuffled) == by_touch(rule, one, touches)


@given(rules(), deal, touches_strategy)
@usual
def test_what_does_not_count_changes_nothing(
    rule: Rule, one: Deal, touches: list[SimpleTouch]
) -> None:
    touches = [replace(touch, click=touch.id) for touch in touches]
    before = by_touch(rule, one, touches)
    noise = [
        SimpleTouch(time=CLOSE + 1, id=9001),
        SimpleTouch(time=CLOSE, id=9002, is_excluded=True),
        *(replace(touch, id=9100 + touch.id, grade=9) for touch in touches),
    ]
    if rule.lookback_days is not None:
        noise.append(SimpleTouch(time=CLOSE - rule.lookback_days * DAY - 1, id=9003))

    assert by_touch(rule, one, [*noise, *touches]) == before


@given(rules(), deal, touches_strategy, st.integers(2, 50))
@usual
def test_scaling_the_amount_scales_the_parts_up_to_rounding(
    rule: Rule, one: Deal, touches: list[SimpleTouch], factor: int
) -> None:
    small = by_touch(rule, one, touches)
    large = by_touch(rule, replace(one, amount=one.amount * factor), touches)

    assert small.keys() == large.keys()
    assert all(abs(large[touch] - part * factor) <= factor for touch, part in small.items())


@given(rules(), deal, touches_strategy)
@usual
def test_a_refund_mirrors_its_win(rule: Rule, one: Deal, touches: list[SimpleTouch]) -> None:
    won = by_touch(rule, one, touches)
    refunded = by_touch(rule, replace(one, amount=-one.amount), touches)

    assert refunded == {touch: -part for touch, part in won.items()}


@given(rules(), deals_strategy, touches_strategy)
@usual
def test_outcomes_that_share_people_are_divided_each_for_itself(
    rule: Rule, deals: list[Deal], touches: list[SimpleTouch]
) -> None:
    journeys, parts = divided(rule, deals, touches)
    alone = [divided(rule, [one], touches) for one in deals]

    assert parts == [part for _, own in alone for part in own]
    assert journeys.touch.tolist() == [row for own, _ in alone for row in own.touch]

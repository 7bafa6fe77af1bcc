"""Which touches count for an outcome, in which order, and why none may."""

from hypothesis import given
from hypothesis import strategies as st

from attribution.journeys import DAY, REASONS, Journeys, eligible_journeys, total_order
from tests.attribution.columns import (
    SimpleTouch,
    daily_touches,
    member_columns,
    one_journey,
    outcome_columns,
    touch_columns,
)

simple_touches = st.builds(
    SimpleTouch,
    time=st.integers(0, 20),
    person=st.integers(0, 3),
    grade=st.integers(0, 2),
    priority=st.integers(0, 2),
    id=st.integers(0, 2**128 - 1),
    is_excluded=st.booleans(),
    is_direct=st.booleans(),
)


def reason_of(journeys: Journeys) -> str:
    """Return why the only journey is empty."""
    return REASONS[int(journeys.reasons[0])]


def test_a_touch_at_the_very_moment_of_the_outcome_counts() -> None:
    assert one_journey([SimpleTouch(time=5 * DAY)], at=5 * DAY).touch.tolist() == [0]


def test_a_touch_one_microsecond_after_the_outcome_does_not_count() -> None:
    journeys = one_journey([SimpleTouch(time=5 * DAY + 1)], at=5 * DAY)

    assert journeys.touch.tolist() == []
    assert reason_of(journeys) == "no_touches"


def test_a_touch_exactly_as_old_as_the_window_counts() -> None:
    assert one_journey([SimpleTouch(time=0)], at=90 * DAY).touch.tolist() == [0]


def test_a_touch_one_microsecond_older_than_the_window_does_not_count() -> None:
    journeys = one_journey([SimpleTouch(time=0)], at=90 * DAY + 1)

    assert journeys.touch.tolist() == []
    assert reason_of(journeys) == "outside_lookback"


def test_a_lifetime_window_has_no_end() -> None:
    journeys = one_journey([SimpleTouch(time=0)], at=9000 * DAY, lookback_days=None)

    assert journeys.touch.tolist() == [0]


def test_an_outcome_without_people_says_no_contacts() -> None:
    journeys = eligible_journeys(
        touches=touch_columns(daily_touches(2)),
        outcomes=outcome_columns([9 * DAY]),
        members=member_columns([]),
        lookback_days=90,
    )

    assert reason_of(journeys) == "no_contacts"


def test_people_without_touches_say_no_touches() -> None:
    assert reason_of(one_journey([SimpleTouch(time=0, person=7)], at=DAY)) == "no_touches"


def test_only_machine_taps_say_only_excluded_touches() -> None:
    journeys = one_journey([SimpleTouch(time=0, is_excluded=True)], at=DAY)

    assert reason_of(journeys) == "only_excluded_touches"


def test_an_excluded_touch_inside_beats_a_clean_one_outside_as_the_reason() -> None:
    touches = [SimpleTouch(time=0), SimpleTouch(time=95 * DAY, is_excluded=True)]

    assert reason_of(one_journey(touches, at=100 * DAY)) == "only_excluded_touches"


def test_a_journey_with_a_touch_has_no_reason() -> None:
    assert reason_of(one_journey(daily_touches(1), at=DAY)) == ""


def test_simultaneous_touches_stand_by_evidence_then_source_then_id() -> None:
    touches = [
        SimpleTouch(time=1, grade=2, priority=0, id=1),
        SimpleTouch(time=1, grade=0, priority=1, id=2),
        SimpleTouch(time=1, grade=0, priority=0, id=2**70),
        SimpleTouch(time=1, grade=0, priority=0, id=3),
        SimpleTouch(time=0, grade=2, priority=9, id=9),
    ]

    assert total_order(touch_columns(touches)).tolist() == [4, 3, 2, 1, 0]


def test_a_tap_and_the_page_view_with_its_click_id_are_one_touch() -> None:
    touches = [SimpleTouch(time=1, click=8), SimpleTouch(time=2, click=8, kind=1)]

    assert one_journey(touches, at=DAY).touch.tolist() == [0]


def test_an_excluded_double_does_not_hide_the_counting_touch() -> None:
    touches = [SimpleTouch(time=1, click=8, is_excluded=True), SimpleTouch(time=2, click=8)]

    assert one_journey(touches, at=DAY).touch.tolist() == [1]


def test_the_same_click_counts_for_each_of_two_outcomes() -> None:
    journeys = eligible_journeys(
        touches=touch_columns([SimpleTouch(time=1, click=8), SimpleTouch(time=2, click=8)]),
        outcomes=outcome_columns([DAY, 2 * DAY]),
        members=member_columns([(0, 0), (1, 0)]),
        lookback_days=90,
    )

    assert journeys.touch.tolist() == [0, 0]
    assert journeys.start.tolist() == [0, 1, 2]


def test_a_person_named_twice_on_a_deal_brings_their_touches_once() -> None:
    journeys = eligible_journeys(
        touches=touch_columns(daily_touches(2)),
        outcomes=outcome_columns([9 * DAY]),
        members=member_columns([(0, 0), (0, 0)]),
        lookback_days=90,
    )

    assert journeys.touch.tolist() == [0, 1]


def test_a_deal_of_several_people_unites_their_touches_in_time() -> None:
    journeys = eligible_journeys(
        touches=touch_columns(
            [
                SimpleTouch(time=3, person=1),
                SimpleTouch(time=2, person=0),
                SimpleTouch(time=1, person=1),
            ]
        ),
        outcomes=outcome_columns([DAY]),
        members=member_columns([(0, 0), (0, 1)]),
        lookback_days=90,
    )

    assert journeys.touch.tolist() == [2, 1, 0]


def test_direct_earns_nothing_beside_another_channel() -> None:
    touches = [SimpleTouch(time=1), SimpleTouch(time=2, is_direct=True)]

    assert one_journey(touches, at=DAY).touch.tolist() == [0]


def test_direct_earns_where_every_eligible_touch_is_direct() -> None:
    touches = [SimpleTouch(time=1, is_direct=True), SimpleTouch(time=2, is_direct=True)]

    assert one_journey(touches, at=DAY).touch.tolist() == [0, 1]


def test_direct_is_kept_by_a_rule_that_says_so() -> None:
    touches = [SimpleTouch(time=1), SimpleTouch(time=2, is_direct=True)]

    assert one_journey(touches, at=DAY, keeps_direct=True).touch.tolist() == [0, 1]


def test_another_channel_outside_the_window_does_not_silence_direct() -> None:
    touches = [SimpleTouch(time=0), SimpleTouch(time=99 * DAY, is_direct=True)]

    assert one_journey(touches, at=100 * DAY).touch.tolist() == [1]


@given(
    st.lists(simple_touches, max_size=25, unique_by=lambda touch: touch.id),
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), max_size=12),
    st.booleans(),
    st.randoms(use_true_random=False),
)
def test_journeys_match_the_definition_in_whatever_order_rows_come(
    touches: list[SimpleTouch], pairs: list[tuple[int, int]], keeps_direct: bool, shuffler: object
) -> None:
    shuffler.shuffle(touches)  # type: ignore[attr-defined]
    times = [4, 8, 12, 16, 20]
    journeys = eligible_journeys(
        touches=touch_columns(touches),
        outcomes=outcome_columns(times),
        members=member_columns(pairs),
        lookback_days=None,
        keeps_direct=keeps_direct,
    )

    for outcome, time in enumerate(times):
        people = {person for o, person in pairs if o == outcome}
        chosen = [t for t in touches if t.person in people and t.time <= time and not t.is_excluded]
        if not keeps_direct and not all(t.is_direct for t in chosen):
            chosen = [t for t in chosen if not t.is_direct]
        chosen.sort(key=lambda t: (t.time, t.grade, t.priority, t.id))
        rows = journeys.touch[journeys.start[outcome] : journeys.start[outcome + 1]]
        assert [touches[row] for row in rows] == chosen
        assert bool(journeys.reasons[outcome]) == (not chosen)

"""Example journeys are divided by the engine, with the milestones each touch holds."""

import pytest

from attribution.rule_examples import AMOUNT_MINOR, EXAMPLES, Part, divided_example
from attribution.weights import weighting


def parts(
    kind: str, example: str = "four", *, lookback_days: int | None = 90, **parameters: object
) -> list[Part]:
    return divided_example(
        EXAMPLES[example],
        weighting=weighting(kind=kind, parameters=parameters),
        lookback_days=lookback_days,
        channel_ids={"sms": "id-of-sms"},
    )


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("kind", ["first", "linear", "time_decay", "w", "full_path"])
def test_every_example_is_divided_to_the_cent(kind: str, example: str) -> None:
    found = parts(kind, example)

    assert sum(part.amount_minor for part in found) == AMOUNT_MINOR
    assert [part.touch for part in found] == list(EXAMPLES[example].touches)


def test_touches_name_the_milestones_they_hold() -> None:
    assert [part.notes for part in parts("full_path")] == [
        ("First",),
        ("Lead creation",),
        ("Opportunity creation",),
        ("Last",),
    ]


def test_milestones_that_a_rule_does_not_weigh_are_not_named() -> None:
    assert [part.notes for part in parts("first")] == [("First",), (), (), ()]


def test_a_touch_beyond_the_lookback_says_so() -> None:
    found = parts("linear", "long")

    assert found[0].notes == ("Older than the lookback",)
    assert found[0].amount_minor == 0
    assert parts("linear", "long", lookback_days=None)[0].amount_minor > 0


def test_direct_among_others_says_why_it_earns_nothing() -> None:
    found = parts("last", "direct_end")

    assert [part.amount_minor for part in found] == [AMOUNT_MINOR, 0, 0]
    assert found[2].notes == ("Direct earns only where every touch is direct",)
    assert parts("last", "direct_end", keeps_direct=True)[2].amount_minor == AMOUNT_MINOR


def test_only_direct_visits_share_among_themselves() -> None:
    assert parts("first", "direct")[0].amount_minor == AMOUNT_MINOR


def test_without_a_lead_its_weight_goes_to_the_others() -> None:
    assert [part.amount_minor for part in parts("u_lead", "no_lead")] == [666_667, 166_667, 166_666]


def test_rules_that_know_channels_know_the_examples_by_id() -> None:
    found = parts("linear_paid", channels={"id-of-sms": "SMS"})

    assert [part.amount_minor for part in found] == [0, 500_000, 0, 500_000]


def test_an_example_outside_of_every_window_divides_nothing() -> None:
    assert [part.amount_minor for part in parts("linear", "one", lookback_days=1)] == [0]

"""A rule is told in words that say what it does."""

import pytest

from attribution.definitions import rule_in_words
from attribution.models import CreditRule
from attribution.weights import InvalidRuleError

FITTED: dict[str, object] = {
    "shares": {"a": "0.375", "b": "0.625"},
    "names": {"a": "Email", "b": "SMS"},
    "fitted_at": "2026-06-01T12:00:00+00:00",
    "fitted_on": {"journeys": 1200, "null_paths": 5000},
}
NEEDED: dict[str, dict[str, object]] = {
    "custom": {"rest": 1},
    "linear_paid": {"channels": {"1": "Display"}},
    "markov": FITTED,
    "shapley": FITTED,
}


def words(
    kind: str, *, lookback: int | None = 90, mode: str = "roles", **parameters: object
) -> str:
    return rule_in_words(
        kind=kind, parameters=parameters, lookback_days=lookback, contact_mode=mode
    )


def test_a_single_anchor_takes_all() -> None:
    assert words("first").startswith("All credit goes to the first touch. ")
    assert words("last").startswith("All credit goes to the last touch. ")


def test_linear_divides_equally() -> None:
    assert words("linear") == (
        "Credit is divided equally among all touches. "
        "Direct visits earn only where there is no other touch. "
        "Touches of the contacts named on the deal count up to 90 days before the outcome."
    )


def test_position_names_its_shares() -> None:
    assert words("position").startswith(
        "40% goes to the first touch, 40% goes to the last touch and "
        "20% is shared equally by the touches in between."
    )


def test_full_path_names_four_anchors() -> None:
    assert words("full_path").count("22.5% goes to") == 4


def test_two_anchors_without_a_rest_are_joined_by_and() -> None:
    assert words("u_even").startswith(
        "50% goes to the first touch and 50% goes to the last touch before the lead was created."
    )


def test_time_decay_names_its_half_life() -> None:
    assert "half as much for every 7 days" in words("time_decay", half_life_days=7)
    assert "half as much for every 30 days" in words("time_decay")


def test_custom_shares_are_shown_as_parts_of_their_sum() -> None:
    text = words("custom", first=1, rest=2, kinds={"visit": 0.5})

    assert "33.33% goes to the first touch" in text
    assert "66.67% is shared equally" in text
    assert "Visits weigh 0.5 times as much." in text


def test_a_rule_that_keeps_direct_says_so() -> None:
    assert "Direct visits earn like every other touch." in words("linear", keeps_direct=True)


def test_a_lifetime_rule_says_so() -> None:
    assert words("linear", lookback=None).endswith("count, however long ago.")


@pytest.mark.parametrize("mode", CreditRule.ContactMode.values)
@pytest.mark.parametrize("kind", CreditRule.Kind.values)
def test_every_kind_and_contact_mode_has_words(kind: str, mode: str) -> None:
    assert words(kind, mode=mode, **NEEDED.get(kind, {})).endswith(".")


def test_paid_channels_are_named() -> None:
    text = words("linear_paid", channels={"1": "Paid Search", "2": "Display"})

    assert "the touches of paid channels (Display, Paid Search)." in text


def test_fitted_shares_are_told_with_what_they_were_fitted_on() -> None:
    text = words("markov", **FITTED)

    assert text.startswith("A touch weighs the share of its channel: SMS 62.5%, Email 37.5%.")
    assert "by how much wins would fall if it led to nothing" in text
    assert "fitted on 2026-06-01, on 1,200 journeys that led there and 5,000 that did not" in text


def test_many_shares_are_told_in_part() -> None:
    shares = {str(n): "0.1" for n in range(10)}

    assert "and 4 more." in words("shapley", shares=shares, goal="lead")


def test_meaningless_parameters_have_no_words() -> None:
    with pytest.raises(InvalidRuleError):
        words("linear", first=3)

"""What a rule's author leaves out is filled in, and what does not exist is refused."""

from typing import Any

import pytest

from attribution import fitting
from attribution.rule_parameters import completed_parameters
from attribution.weights import InvalidRuleError
from campaigns.models import Channel
from tests.attribution.builders import NOW

pytestmark = pytest.mark.django_db


def completed(kind: str, **parameters: object) -> dict[str, Any]:
    return completed_parameters(
        kind=kind, parameters=parameters, lookback_days=90, contact_mode="roles", now=NOW
    )


def test_channels_marked_as_paid_are_the_paid_ones() -> None:
    found = completed("linear_paid")["channels"]

    paid = Channel.objects.filter(is_paid=True)
    assert found == {str(channel.pk): channel.name for channel in paid}
    assert "Paid Search" in found.values()
    assert "SMS" not in found.values()


def test_paid_channels_can_be_named_by_slug_or_id() -> None:
    sms = Channel.objects.get(slug="sms")
    email = Channel.objects.get(slug="email")
    found = completed("linear_paid", channels=["sms", str(email.pk)])

    assert found["channels"] == {str(sms.pk): "SMS", str(email.pk): "Email"}


def test_what_was_completed_stays_as_it_is() -> None:
    once = completed("linear_paid", channels=["sms"])

    assert completed("linear_paid", **once) == once


def test_a_channel_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InvalidRuleError, match="“smoke”"):
        completed("linear_paid", channels=["sms", "smoke"])


def test_channels_that_are_no_list_are_refused() -> None:
    with pytest.raises(InvalidRuleError, match="list"):
        completed("linear_paid", channels="sms")


def test_shares_are_fitted_where_there_are_none() -> None:
    with pytest.raises(fitting.NotFittableError):
        completed("markov")


def test_shares_that_are_there_are_kept() -> None:
    assert completed("markov", shares={"a": "1"}) == {"shares": {"a": "1"}}


def test_other_rules_are_left_alone() -> None:
    assert completed("time_decay", half_life_days=7) == {"half_life_days": 7}

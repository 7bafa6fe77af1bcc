"""Rules and reasons in plain words."""

import pytest

from attribution.journeys import REASONS
from attribution.models import CreditRule, Outcome
from attribution.reports.wording import reason_in_words, rule_in_words


def words(kind: str = "linear", **fields: object) -> str:
    values = {"parameters": {}, "lookback_days": 90, "contact_mode": "primary", **fields}
    return rule_in_words(kind=kind, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", CreditRule.Kind.values)
def test_every_kind_of_rule_has_words(kind: str) -> None:
    assert words(kind).endswith("from the deal's primary contact.")


def test_a_half_life_is_said() -> None:
    assert "every 7 days" in words("time_decay", parameters={"half_life_days": 7})


def test_lifetime_is_said() -> None:
    assert "at any time before the outcome" in words(lookback_days=None)


def test_that_direct_earns_is_said() -> None:
    assert "Direct visits count" in words(parameters={"keeps_direct": True})


@pytest.mark.parametrize("mode", CreditRule.ContactMode.values)
def test_every_contact_mode_has_words(mode: str) -> None:
    assert words(contact_mode=mode)


@pytest.mark.parametrize("reason", [*REASONS[1:], *filter(None, Outcome.Exclusion.values)])
def test_every_reason_has_words(reason: str) -> None:
    assert "_" not in reason_in_words(reason)
    assert reason_in_words(reason) != reason.replace("_", " ").capitalize() or reason == "withdrawn"

"""Rules and reasons in plain words."""

import pytest

from attribution.journeys import REASONS
from attribution.models import CreditRule, Outcome
from attribution.reports.wording import lacks_in_words, reason_in_words, rule_in_words


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


def lacks(**numbers: int) -> list[str]:
    none = {"without_amount": 0, "without_date": 0, "without_rate": 0}
    return lacks_in_words("deal", **{**none, **numbers})


def test_what_one_deal_lacks_is_said_of_one() -> None:
    assert lacks(without_amount=1) == ["1 deal has no amount: it counts, its money is 0"]


def test_what_several_deals_lack_is_said_of_several() -> None:
    assert lacks(without_amount=1_200, without_rate=2) == [
        "1,200 deals have no amount: they count, their money is 0",
        "2 deals have no exchange rate: their money is not converted",
    ]


def test_where_nothing_lacks_nothing_is_said() -> None:
    assert lacks() == []

"""Rules and reasons in plain words."""

import pytest

from attribution.journeys import REASONS
from attribution.models import Outcome
from attribution.reports.wording import lacks_in_words, reason_in_words


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

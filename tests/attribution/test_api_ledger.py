"""The entries behind a number, what they sum to, and locked periods over REST."""

from datetime import timedelta
from typing import Any

import pytest

from attribution.services import lock_period
from tests.attribution.builders import NOW, a_deal, change_deal, days_ago, settle
from tests.attribution.story import tell_story
from tests.attribution.test_api import api_client, get

pytestmark = pytest.mark.django_db


def sums(**asked: str) -> dict[str, Any]:
    answer: dict[str, Any] = get("ledger/entries/sums", **asked).json()
    return answer


def test_the_sums_of_what_fits_are_the_figure() -> None:
    story = tell_story()

    assert sums(rule="linear", goal="win", send=str(story.june.pk)) == {
        "entries": 1,
        "amount": {"amount": "3333.34", "currency": "USD"},
        "count": "0.333334",
    }


def test_nothing_sums_to_nothing() -> None:
    assert sums(rule="linear")["amount"]["amount"] == "0.00"
    assert sums(rule="linear")["entries"] == 0


def test_sums_go_back_to_a_moment() -> None:
    deal = a_deal(amount_minor=100_00, won=1)
    settle()
    before = NOW.isoformat()
    change_deal(deal, amount_minor=130_00)
    asked = {"rule": "linear", "goal": "win", "deal": str(deal.pk)}

    assert sums(**asked)["amount"]["amount"] == "130.00"
    earlier = (NOW - timedelta(seconds=1)).isoformat()
    assert sums(**asked, as_of=earlier)["entries"] == 0
    assert sums(**asked, as_of=before)["entries"] > 0


@pytest.mark.parametrize(
    ("name", "value"), [("send", "june"), ("as_of", "yesterday"), ("touch_from", "5 June")]
)
@pytest.mark.parametrize("path", ["ledger/entries", "ledger/entries/sums"])
def test_a_value_that_cannot_be_read_is_refused(path: str, name: str, value: str) -> None:
    answer = get(path, **{name: value})

    assert answer.status_code == 400
    assert value in answer.json()["error"]["fields"][name][0]["message"]


def test_periods_tell_what_was_restated() -> None:
    deal = a_deal(amount_minor=100_00, created=3)
    settle()
    day = days_ago(3).date()
    lock_period(starts_on=day, ends_on=day, by=None, now=NOW)
    [period] = get("ledger/periods").json()["results"]
    assert (period["starts_on"], period["restatements"]) == (day.isoformat(), 0)

    change_deal(deal, amount_minor=130_00)
    [period] = get("ledger/periods").json()["results"]
    assert period["restatements"] == sums(restated="yes")["entries"] == 6
    assert sums(restated="yes", rule="linear")["amount"]["amount"] == "30.00"


def test_periods_cannot_be_written() -> None:
    assert api_client("write").post("/api/v1/ledger/periods", {}).status_code == 405

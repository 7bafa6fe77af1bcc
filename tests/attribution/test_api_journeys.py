"""A deal's journey over REST: the contract's shape, and the explanation beside it."""

from typing import Any

import pytest

from crm_sync.models import Deal
from tests.attribution.builders import a_contact, a_deal, make_identity, settle
from tests.attribution.story import tell_story
from tests.campaigns.builders import api_client

pytestmark = pytest.mark.django_db


def journey(deal: Deal, **params: str) -> Any:
    return api_client("read").get(f"/api/v1/deals/{deal.pk}/journey", params)


def test_a_deals_journey_has_the_contracts_shape() -> None:
    story = tell_story()
    body = journey(story.deal).json()
    june = body["timeline"][0]
    assert body["deal"]["name"] == "Acme rollout"
    assert (june["kind"], june["channel"], june["send"]) == ("touch", "sms", str(story.june.pk))
    assert june["credit"]["linear"] == {"opportunity": "3333.34", "win": "3333.34"}
    assert body["unattributed"] == {}


def test_a_journey_nobody_earned_names_the_reason() -> None:
    deal = a_deal(amount_minor=50_00, created=5)
    settle()
    body = journey(deal).json()
    assert body["unattributed"]["linear"]["opportunity"] == {
        "reason": "no_contacts",
        "bucket": "unattributed",
        "amount": "50.00",
    }


def test_an_unknown_deal_is_404() -> None:
    assert journey(Deal(pk="00000000-0000-7000-8000-000000000000")).status_code == 404


def test_every_step_of_the_division_is_told() -> None:
    body = journey(tell_story().deal, rule="position").json()
    win = body["explanations"][-1]
    first = win["touches"][0]
    assert (body["rule"]["slug"], win["goal"], win["amount"]) == ("position", "win", "10000.00")
    assert first["anchors"] == ["first"]
    assert first["weight_in_words"] == "40 first touch"
    assert (first["normalised"], first["exact_minor"]) == ("2/5", "400000/1")
    assert (first["amount"], first["ledger"]["amount"]) == ("4000.00", "4000.00")
    assert win["ledger"]["agrees"] is True
    assert [posting["cause"] for posting in win["history"]] == ["new_outcome"]


def test_the_parts_sum_to_the_ledgers_amount() -> None:
    win = journey(tell_story().deal).json()["explanations"][-1]
    cents = [int(touch["amount"].replace(".", "")) for touch in win["touches"]]
    assert sum(cents) == int(win["ledger"]["amount"].replace(".", "")) == 1_000_000


def test_an_unknown_rule_is_refused() -> None:
    answer = journey(tell_story().deal, rule="unheard-of")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["rule"][0]["code"] == "unknown-rule"


def test_a_moment_that_is_none_is_refused() -> None:
    answer = journey(tell_story().deal, as_of="yesterday")
    assert answer.status_code == 400
    assert "as_of" in answer.json()["error"]["fields"]


def test_a_past_moment_shows_that_moments_ledger() -> None:
    body = journey(tell_story().deal, as_of="2026-06-01").json()
    assert body["explanations"][-1]["ledger"]["amount"] == "0.00"
    assert body["as_of"].startswith("2026-06-01T")


def test_no_name_or_address_leaves_with_a_key() -> None:
    story = tell_story()
    a_contact(make_identity(value="eve@acme.example"), name="Eve Long")
    assert "acme.example" not in journey(story.deal).content.decode()

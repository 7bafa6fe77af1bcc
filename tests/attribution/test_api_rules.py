"""Credit rules over REST: shapes, scopes and refusals."""

from typing import Any

import pytest

from attribution.models import CreditRule
from tests.attribution.builders import rule
from tests.campaigns.builders import api_client

pytestmark = pytest.mark.django_db


def get(path: str, **params: str) -> Any:
    return api_client("read").get(f"/api/v1/{path}", params)


def test_rules_are_told_in_words() -> None:
    rules = get("credit-rules", slug="linear").json()["results"]
    assert rules[0]["definition"].startswith("Credit is divided equally among all touches.")


def test_posting_a_known_slug_starts_its_next_version() -> None:
    body = {"slug": "linear", "name": "Linear", "kind": "linear", "lookback_days": 30}
    answer = api_client("write").post("/api/v1/credit-rules", body, format="json")
    assert answer.status_code == 201
    assert (answer.json()["version"], rule("linear").lookback_days) == (2, 30)


def test_a_rule_that_means_nothing_is_refused() -> None:
    body = {"slug": "x", "name": "X", "kind": "custom", "parameters": {}}
    answer = api_client("write").post("/api/v1/credit-rules", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]


def test_a_rule_is_retired_and_activated_again() -> None:
    client = api_client("write")
    last = rule("last")
    assert client.post(f"/api/v1/credit-rules/{last.pk}/retire").status_code == 200
    assert not CreditRule.objects.active().filter(slug="last").exists()
    again = client.post(f"/api/v1/credit-rules/{last.pk}/activate").json()
    assert (again["version"], again["is_active"]) == (2, True)


def test_the_default_rule_cannot_be_retired() -> None:
    answer = api_client("write").post(f"/api/v1/credit-rules/{rule('linear').pk}/retire")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "default-rule"


def test_another_rule_can_be_made_the_default() -> None:
    answer = api_client("write").post(f"/api/v1/credit-rules/{rule('last').pk}/make-default")
    assert answer.json()["is_default"] is True


def test_reading_is_not_enough_to_retire_a_rule() -> None:
    path = f"/api/v1/credit-rules/{rule('last').pk}/retire"
    assert api_client("read").post(path).status_code == 403

"""Credit rules over REST: shapes, scopes and refusals."""

from typing import Any

import pytest

from attribution import fitting
from attribution.models import CreditRule
from attribution.presets import PRESETS
from tests.attribution.builders import rule
from tests.attribution.story import tell_story
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


def post(path: str, body: dict[str, Any] | None = None) -> Any:
    return api_client("write").post(f"/api/v1/credit-rules{path}", body or {}, format="json")


def test_presets_are_listed_with_what_stays_different() -> None:
    found = get("credit-rules/presets").json()["results"]
    assert [one["preset"] for one in found] == list(PRESETS)
    assert all(one["differences"] and one["source"] for one in found)


def test_a_rule_is_made_from_a_preset() -> None:
    made = post("", {"preset": "hubspot_w"}).json()
    assert (made["slug"], made["kind"], made["lookback_days"]) == ("hubspot-w", "w", None)
    assert rule("hubspot-w").name == "W-shaped as in HubSpot"


def test_what_is_given_beside_a_preset_wins() -> None:
    made = post("", {"preset": "cometly_u", "slug": "u", "lookback_days": 30}).json()
    assert (made["slug"], made["lookback_days"], made["kind"]) == ("u", 30, "position")


def test_an_unknown_preset_is_refused() -> None:
    answer = post("", {"preset": "bizible_z"})
    assert answer.status_code == 400
    assert answer.json()["error"]["fields"]["preset"]


def test_without_a_preset_a_rule_needs_its_name_and_kind() -> None:
    answer = post("", {"slug": "x"})
    assert answer.status_code == 400
    assert set(answer.json()["error"]["fields"]) == {"name", "kind"}


def test_paid_channels_are_named_by_slug() -> None:
    body = {"slug": "paid", "name": "Paid", "kind": "linear_paid"}
    made = post("", {**body, "parameters": {"channels": ["sms", "display"]}}).json()
    assert sorted(made["parameters"]["channels"].values()) == ["Display", "SMS"]


def test_a_patch_starts_the_next_version() -> None:
    path = f"/api/v1/credit-rules/{rule('linear').pk}"
    answer = api_client("write").patch(path, {"lookback_days": 30, "slug": "x"}, format="json")
    assert answer.status_code == 200
    assert (answer.json()["slug"], answer.json()["version"]) == ("linear", 2)
    assert rule("linear").lookback_days == 30


def test_deleting_a_rule_retires_it() -> None:
    path = f"/api/v1/credit-rules/{rule('last').pk}"
    assert api_client("write").delete(path).status_code == 204
    assert CreditRule.objects.get(slug="last").retired_at


def test_the_default_rule_cannot_be_deleted() -> None:
    path = f"/api/v1/credit-rules/{rule('linear').pk}"
    assert api_client("write").delete(path).status_code == 409


def test_a_data_driven_rule_without_journeys_is_refused() -> None:
    answer = post("", {"slug": "m", "name": "M", "kind": "markov"})
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "not-fittable"
    assert "at least 20 journeys" in answer.json()["error"]["message"]


@pytest.fixture
def markov(monkeypatch: pytest.MonkeyPatch) -> CreditRule:
    """Return a fitted rule over one win of two channels."""
    monkeypatch.setattr(fitting, "LEAST_JOURNEYS", 1)
    tell_story()
    post("", {"slug": "m", "name": "M", "kind": "markov"})
    return rule("m")


def test_a_fit_is_looked_at_before_it_is_made(markov: CreditRule) -> None:
    answer = post(f"/{markov.pk}/fit", {"preview": True}).json()
    assert answer["before"]["shares"] == answer["after"]["shares"]
    assert rule("m").version == 1


def test_a_fit_makes_the_next_version(markov: CreditRule) -> None:
    assert post(f"/{markov.pk}/fit").json()["version"] == 2


def test_a_rule_of_fixed_weights_cannot_be_fitted() -> None:
    answer = post(f"/{rule('linear').pk}/fit")
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "not-fittable"


def test_reading_is_not_enough_to_fit(markov: CreditRule) -> None:
    path = f"/api/v1/credit-rules/{markov.pk}/fit"
    assert api_client("read").post(path).status_code == 403

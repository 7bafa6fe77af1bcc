"""Insights over REST: shape and refusals."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from attribution.models import CreditRule
from tests.attribution.story import tell_story
from tests.campaigns.builders import api_client

pytestmark = pytest.mark.django_db


def get(client: APIClient | None = None, **params: str) -> Any:
    return (client or api_client("read")).get("/api/v1/insights", params)


def test_each_insight_has_its_evidence_and_the_query_that_shows_it() -> None:
    tell_story()
    body = get().json()
    assert (body["next"], body["previous"]) == (None, None)
    one = next(one for one in body["results"] if one["code"] == "rules_disagree")
    assert one["evidence"]
    assert api_client("read").get(one["query"]).status_code == 200
    assert body["definitions"]["rule"] == "linear"


def test_a_parameter_that_makes_no_sense_is_refused() -> None:
    response = get(channel="sms")
    assert response.status_code == 400
    assert response.json()["error"]["fields"]["channel"][0]["code"] == "senseless-here"


def test_an_unknown_rule_is_refused() -> None:
    assert get(rule="best").status_code == 400


def test_without_an_active_rule_the_answer_is_409() -> None:
    CreditRule.objects.update(retired_at="2026-01-01T00:00Z")
    assert get().status_code == 409


def test_insights_need_the_read_scope() -> None:
    assert get(api_client("events")).status_code == 403

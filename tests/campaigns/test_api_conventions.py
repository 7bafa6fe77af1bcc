"""`conventions` through the REST API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns import channel_oracle, preflight, send_followers
from campaigns.convention_versions import draft_new_version
from tests.campaigns.builders import (
    a_convention,
    a_user,
    api_client,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test their own part."""
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})
    monkeypatch.setattr(channel_oracle, "_preparers", [])


def post(address: str, body: Any, client: APIClient | None = None) -> Any:
    return (client or api_client()).post(f"/api/v1/{address}", body, format="json")


def get(address: str) -> Any:
    return api_client("read").get(f"/api/v1/{address}")


def test_conventions_show_their_parts_and_the_teams_page() -> None:
    convention = get("conventions?channel=sms&status=published").json()["results"][0]

    assert convention["sources"] == ["sms"]
    assert [part["name"] for part in convention["tokens"]] == ["topic", "period"]
    assert convention["page"].endswith(f"/conventions/{a_convention().token}")


def test_a_draft_has_no_page() -> None:
    draft = draft_new_version(convention=a_convention(), by=None)

    assert get(f"conventions/{draft.pk}").json()["page"] is None


def test_a_set_of_values_is_judged_as_the_contract_says() -> None:
    channel_oracle.register(lambda: lambda utm: {"textrail": "sms", "ga4": "SMS"})
    utm = {"utm_source": "SMS", "utm_medium": "text", "utm_campaign": "trial-june"}

    response = post("conventions/check", {"utm": utm, "channel": "sms"}, api_client("read"))

    assert response.status_code == 200
    result = response.json()["results"][0]
    violation = result["violations"][0]
    assert violation.pop("message").startswith("“SMS” is not an approved utm_source.")
    assert result == {
        "input": utm,
        "ok": False,
        "violations": [
            {
                "field": "utm_source",
                "value": "SMS",
                "rule": "approved-values",
                "suggestion": "sms",
            }
        ],
        "suggested": {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "trial-june"},
        "channels": {"textrail": "sms", "ga4": "SMS"},
    }


def test_without_a_predictor_no_channel_is_claimed() -> None:
    result = post("conventions/check", {"utm": {}}).json()["results"][0]

    assert "channels" not in result


def test_addresses_are_judged_one_by_one_and_suggestions_pass() -> None:
    urls = ["https://example.com/?utm_source=SMS&x=1", "nonsense"]

    first = post("conventions/check", {"urls": urls}).json()["results"]
    again = post("conventions/check", {"urls": [first[0]["suggested"]]}).json()["results"]

    assert [result["ok"] for result in first] == [False, False]
    assert first[1]["suggested"] is None
    assert again[0]["ok"] is True


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "non_field_errors"),
        ({"urls": [], "utm": {}}, "non_field_errors"),
        ({"html": "", "text": ""}, "non_field_errors"),
        ({"text": "", "channel": "sms", "convention": ""}, "convention"),
        ({"utm": {}, "convention": "nope"}, "convention"),
        ({"urls": ["a"] * 10_001}, "urls"),
        ({"urls": ["https://a.example", {}]}, "urls.1"),
        ({"urls": ["x" * 8001]}, "urls.0"),
        ({"urls": ["a\0"]}, "urls.0"),
        ({"text": "https://a.example " * 10_001}, "text"),
        ({"html": "<a href=//a.example>" * 10_001}, "html"),
        ({"utm": {"utm_source": ["a"]}}, "utm.utm_source"),
        ({"urls": "x"}, "urls"),
        ({"utm": {}, "channel": "nope"}, "channel"),
        ({"utm": {}, "channel": "email"}, "channel"),
    ],
)
def test_a_malformed_check_is_refused(body: dict[str, Any], field: str) -> None:
    response = post("conventions/check", body)

    assert response.status_code == 400
    assert field in response.json()["error"]["fields"]


def test_a_colleague_who_may_read_conventions_may_check_values() -> None:
    client = APIClient()
    client.force_login(
        a_user("bob", "campaigns.view_namingconvention"),
        backend="django.contrib.auth.backends.ModelBackend",
    )

    assert post("conventions/check", {"utm": {}}, client).status_code == 200


def test_ten_thousand_addresses_are_answered_in_one_request() -> None:
    urls = [f"https://example.com/{n}?utm_source=SMS" for n in range(10_000)]

    results = post("conventions/check", {"urls": urls}).json()["results"]

    assert [result["input"] for result in results] == urls


def test_addresses_beyond_ascii_are_judged_as_they_came() -> None:
    urls = ["https://example.com/ü?utm_source=ѕms", "  ", ""]

    results = post("conventions/check", {"urls": urls}).json()["results"]

    assert [result["input"] for result in results] == urls


def test_the_links_of_a_page_are_judged_with_their_lines() -> None:
    page = (
        '<p>Hi\n<a href="https://example.com/?a=1&amp;utm_source=SMS">x</a>\n<a href="mailto:a@b">'
    )

    answer = post("conventions/check", {"html": page}).json()

    assert [(each["input"], each["line"]) for each in answer["results"]] == [
        ("https://example.com/?a=1&utm_source=SMS", 2)
    ]
    assert answer["left_out"] == {"mailto: links": 1}


def test_the_links_of_a_text_are_judged_with_their_lines() -> None:
    text = "Two links:\nhttps://a.example, and (https://b.example)."

    answer = post("conventions/check", {"text": text}).json()

    assert [(each["input"], each["line"]) for each in answer["results"]] == [
        ("https://a.example", 2),
        ("https://b.example", 2),
    ]
    assert answer["left_out"] == {"lines without a link": 1}


def test_values_are_checked_by_the_version_that_is_named() -> None:
    draft = draft_new_version(convention=a_convention(), by=None)
    draft.sources = ["texts"]
    draft.save()
    utm = {"utm_source": "texts", "utm_medium": "text", "utm_campaign": "trial-june"}

    by_draft = post("conventions/check", {"utm": utm, "convention": str(draft.pk)}).json()
    by_published = post("conventions/check", {"utm": utm}).json()

    assert by_draft["results"][0]["ok"] is True
    assert by_published["results"][0]["ok"] is False


def test_a_draft_that_contradicts_itself_judges_nothing() -> None:
    draft = draft_new_version(convention=a_convention(), by=None)
    draft.sources = []
    draft.save()

    response = post("conventions/check", {"utm": {}, "convention": str(draft.pk)})

    assert response.status_code == 400
    problem = response.json()["error"]["fields"]["convention"][0]
    assert "Name at least one utm_source" in problem["message"]


def test_a_convention_and_a_channel_together_are_refused() -> None:
    body = {"utm": {}, "channel": "sms", "convention": str(a_convention().pk)}

    assert post("conventions/check", body).status_code == 400

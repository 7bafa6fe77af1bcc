"""Drafts of conventions through the REST API: made, changed, published, deleted."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from campaigns.convention_versions import draft_new_version
from campaigns.models import ConventionToken, NamingConvention
from tests.campaigns.builders import a_convention, a_user, api_client

pytestmark = pytest.mark.django_db

EMAIL = {
    "channel": "email",
    "sources": ["newsletter", "crm"],
    "mediums": ["email"],
    "separator": "_",
    "content_numbering": "number",
    "requires_term": True,
    "term_words": ["all", "new"],
    "tokens": [
        {"name": "goal", "kind": "vocabulary", "words": ["trial", "demo"]},
        {"name": "period", "kind": "period", "words": ["year-month"], "is_required": False},
    ],
}


def send(
    verb: str, address: str, body: Any = None, client: APIClient | None = None
) -> tuple[int, Any]:
    """Return the status and the answer, if there is one."""
    response = getattr(client or api_client(), verb)(f"/api/v1/{address}", body, format="json")
    return response.status_code, response.json() if response.content else None


def a_draft() -> NamingConvention:
    return draft_new_version(convention=a_convention(), by=None)


def test_a_draft_is_made_with_its_parts() -> None:
    status, made = send("post", "conventions", EMAIL)

    assert status == 201
    assert {name: made[name] for name in EMAIL if name != "tokens"} == {
        name: value for name, value in EMAIL.items() if name != "tokens"
    }
    assert (made["version"], made["status"], made["page"], made["faults"]) == (1, "draft", None, [])
    assert made["tokens"][1] == {
        "position": 2,
        "name": "period",
        "kind": "period",
        "words": ["year-month"],
        "max_length": None,
        "is_required": False,
        "example": "",
    }


def test_a_draft_tells_why_it_cannot_be_published() -> None:
    status, made = send("post", "conventions", {**EMAIL, "sources": ["News Letter"]})

    assert status == 201
    assert made["faults"][0].startswith("“News Letter” in utm_source must be lower-case")


def test_a_draft_is_changed_and_keeps_its_parts() -> None:
    draft = a_draft()

    status, changed = send("patch", f"conventions/{draft.pk}", {"campaign_max_length": 40})

    assert (status, changed["campaign_max_length"]) == (200, 40)
    assert [token["name"] for token in changed["tokens"]] == ["topic", "period"]


def test_parts_that_are_sent_replace_all_parts() -> None:
    draft = a_draft()
    period = draft.tokens.get(name="period")
    tokens = [{"name": "period", "kind": "period"}, {"name": "wave", "kind": "number"}]

    _, changed = send("patch", f"conventions/{draft.pk}", {"tokens": tokens})

    assert [(one["position"], one["name"]) for one in changed["tokens"]] == [
        (1, "period"),
        (2, "wave"),
    ]
    assert draft.tokens.get(name="period").pk == period.pk
    assert ConventionToken.history.filter(name="topic", history_type="-").count() == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"sources": []}, "sources"),
        ({"sources": ["x" * 51]}, "sources"),
        ({"campaign_max_length": 101}, "campaign_max_length"),
        ({"separator": "+"}, "separator"),
        ({"channel": "nope"}, "channel"),
        ({"tokens": [{"name": "a"}, {"name": "a"}]}, "tokens"),
        ({"tokens": [{"name": "two words"}]}, "tokens"),
        ({"tokens": [{"name": "a", "max_length": 0}]}, "tokens"),
    ],
)
def test_a_draft_that_cannot_be_stored_is_refused(body: dict[str, Any], field: str) -> None:
    status, answer = send("post", "conventions", {**EMAIL, **body})

    assert status == 400
    assert any(name.startswith(field) for name in answer["error"]["fields"])
    assert not NamingConvention.objects.filter(channel__slug="email").exists()


def test_a_draft_stays_with_its_channel() -> None:
    status, answer = send("patch", f"conventions/{a_draft().pk}", {"channel": "email"})

    assert status == 400
    assert answer["error"]["fields"]["channel"][0]["message"] == (
        "A version stays with its channel."
    )


def test_a_draft_is_published_and_then_never_changes() -> None:
    old, draft = a_convention(), a_draft()

    status, published = send("post", f"conventions/{draft.pk}/publish")

    assert (status, published["status"]) == (200, "published")
    assert published["page"].endswith(draft.token)
    old.refresh_from_db()
    assert old.status == "retired"


@pytest.mark.parametrize(
    ("verb", "suffix", "body"),
    [("patch", "", {"sources": ["x"]}), ("delete", "", None), ("post", "/publish", None)],
)
def test_a_published_version_refuses_every_change(verb: str, suffix: str, body: Any) -> None:
    convention = a_convention()

    status, answer = send(verb, f"conventions/{convention.pk}{suffix}", body)

    assert (status, answer["error"]["code"]) == (409, "convention-not-draft")
    assert a_convention().sources == ["sms"]


def test_an_unsound_draft_is_not_published() -> None:
    draft = a_draft()
    NamingConvention.objects.filter(pk=draft.pk).update(sources=["SMS"])

    status, answer = send("post", f"conventions/{draft.pk}/publish")

    assert (status, answer["error"]["code"]) == (409, "convention-unsound")
    assert "“SMS”" in answer["error"]["fields"]["faults"][0]["message"]


def test_a_draft_is_deleted() -> None:
    draft = a_draft()

    assert send("delete", f"conventions/{draft.pk}") == (204, None)
    assert not NamingConvention.objects.filter(pk=draft.pk).exists()


def test_the_next_version_is_drafted() -> None:
    status, draft = send("post", f"conventions/{a_convention().pk}/new-version")

    assert (status, draft["version"], draft["status"]) == (201, 2, "draft")
    assert [token["name"] for token in draft["tokens"]] == ["topic", "period"]


def test_a_version_tells_what_it_changes() -> None:
    draft = a_draft()
    NamingConvention.objects.filter(pk=draft.pk).update(sources=["sms", "rcs"])

    status, answer = send("get", f"conventions/{draft.pk}/changes")

    assert status == 200
    assert answer == {
        "since": 1,
        "changes": [
            {
                "kind": "added",
                "field": "utm_source",
                "part": "",
                "values": ["rcs"],
                "sentence": "“rcs”: new as an approved utm_source.",
            }
        ],
    }


def test_the_first_version_changes_nothing() -> None:
    _, answer = send("get", f"conventions/{a_convention().pk}/changes")

    assert answer == {"since": None, "changes": []}


def test_a_key_that_may_only_read_drafts_nothing() -> None:
    status, answer = send("post", "conventions", EMAIL, api_client("read"))

    assert (status, answer["error"]["code"]) == (403, "scope-missing")


def test_a_colleague_who_may_only_read_conventions_publishes_nothing() -> None:
    client = APIClient()
    client.force_login(
        a_user("bob", "campaigns.view_namingconvention"),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    draft = a_draft()

    assert send("get", f"conventions/{draft.pk}/changes", None, client)[0] == 200
    assert send("post", f"conventions/{draft.pk}/publish", None, client)[0] == 403
    assert send("post", f"conventions/{draft.pk}/new-version", None, client)[0] == 403
    assert send("post", "conventions", EMAIL, client)[0] == 403

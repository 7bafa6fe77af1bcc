"""`traffic-exclusions` over REST."""

from typing import Any

import pytest

from tests.tracking.builders import api_client, make_identity, make_touch
from tracking.models import Touchpoint, TrafficExclusion

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/traffic-exclusions"
ENTRY = {"kind": "email", "value": "Ann@acme.com", "reason": "staff"}


def create() -> Any:
    return api_client("read", "write").post(ADDRESS, ENTRY, format="json")


def test_an_entry_is_stored_and_marks() -> None:
    make_touch(identity=make_identity("email", "ann@acme.com"))

    answer = create()

    assert (answer.status_code, answer.json()["value"]) == (201, "ann@acme.com")
    assert Touchpoint.objects.get().exclusion == "staff"
    assert api_client("read").get(ADDRESS).json()["results"][0]["kind"] == "email"


def test_a_preview_stores_nothing() -> None:
    make_touch(identity=make_identity("email", "ann@acme.com"))

    answer = api_client("read").post(f"{ADDRESS}/preview", ENTRY, format="json")

    assert answer.json() == {"people": 1, "touches": 1, "effects": []}
    assert not TrafficExclusion.objects.exists()


def test_its_reason_changes_and_its_value_does_not() -> None:
    entry = create().json()
    client = api_client("read", "write")

    changed = client.patch(f"{ADDRESS}/{entry['id']}", {"reason": "test"}, format="json")
    refused = client.patch(f"{ADDRESS}/{entry['id']}", {"value": "b@acme.com"}, format="json")

    assert changed.json()["reason"] == "test"
    assert (refused.status_code, list(refused.json()["error"]["fields"])) == (400, ["value"])


def test_deleted_its_touches_count_again() -> None:
    make_touch(identity=make_identity("email", "ann@acme.com"))
    entry = create().json()

    assert api_client("write").delete(f"{ADDRESS}/{entry['id']}").status_code == 204
    assert Touchpoint.objects.get().exclusion == ""


@pytest.mark.parametrize("fields", [{"value": "ann"}, {"kind": "email_domain"}, {"kind": "fax"}])
def test_what_is_wrong_is_refused(fields: dict[str, str]) -> None:
    answer = api_client("write").post(ADDRESS, {**ENTRY, **fields}, format="json")
    assert answer.status_code == 400


def test_twice_is_refused() -> None:
    create()
    assert "on the list already" in str(create().json())


def test_reading_is_not_writing() -> None:
    assert api_client("read").post(ADDRESS, ENTRY, format="json").status_code == 403

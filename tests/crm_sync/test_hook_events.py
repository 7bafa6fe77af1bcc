"""Which records a webhook names. Shapes as in HubSpot's OpenAPI file for webhooks."""

import json
from typing import Any

import pytest

from crm_sync.hook_events import Named, UnreadableHookError, read_hubspot


def read(*events: dict[str, Any]) -> Named:
    return read_hubspot(json.dumps(list(events)).encode())


def test_a_changed_property_names_its_record() -> None:
    named = read(
        {"subscriptionType": "deal.propertyChange", "objectId": 31, "propertyName": "amount"}
    )
    assert named.ids("deal") == ["31"]
    assert not named.gone["deal"]


def test_object_subscriptions_name_their_kind_by_number() -> None:
    named = read({"subscriptionType": "object.creation", "objectTypeId": "0-3", "objectId": 31})
    assert named.ids("deal") == ["31"]


@pytest.mark.parametrize("happened", ["deletion", "privacyDeletion"])
def test_a_deletion_is_kept_apart(happened: str) -> None:
    named = read({"subscriptionType": f"contact.{happened}", "objectId": 21})
    assert named.gone["contact"] == {"21"}
    assert not named.changed["contact"]


def test_a_merge_names_what_remains_and_what_is_gone() -> None:
    named = read(
        {
            "subscriptionType": "deal.merge",
            "objectId": 33,
            "primaryObjectId": 31,
            "mergedObjectIds": [31, 32],
            "newObjectId": 33,
        }
    )
    assert named.changed["deal"] == {"31", "33"}
    assert named.gone["deal"] == {"31", "32"}


def test_an_association_names_both_ends() -> None:
    named = read(
        {
            "subscriptionType": "contact.associationChange",
            "associationType": "CONTACT_TO_DEAL",
            "fromObjectId": 21,
            "toObjectId": 31,
        }
    )
    assert (named.ids("contact"), named.ids("deal")) == (["21"], ["31"])


def test_other_kinds_are_left_out() -> None:
    named = read({"subscriptionType": "ticket.creation", "objectId": 1}, {})
    assert not any(named.ids(kind) for kind in named.changed)


def test_deliveries_add_up() -> None:
    named = read({"subscriptionType": "deal.creation", "objectId": 1})
    named += read({"subscriptionType": "deal.deletion", "objectId": 2})
    assert named.ids("deal") == ["1", "2"]


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b"\xff"])
def test_anything_but_a_list_of_events_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableHookError):
        read_hubspot(body)

"""A lead's origin on its way to the CRM's contact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.models import Channel
from crm_sync.models import Connection, Contact, WriteBack
from crm_sync.sandbox.server import Sandbox
from crm_sync.write_backs import (
    STUCK_AFTER,
    DeliveryCounts,
    WriteBackNotRefusedError,
    deliver_write_backs,
    enqueue_write_backs,
    origin_values,
    release_stuck,
    retry_write_back,
)
from tests.crm_sync.sandbox_builders import (
    NOW,
    a_sync,
    a_synced_connection,
    seed_account,
    seed_contact,
)
from tracking.models import Person

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)
TOUCHED_AT = datetime(2026, 5, 2, 9, 30, 15, 250_000, tzinfo=UTC)
ORIGIN = {
    "sms_first_campaign": "trial-reengagement-june",
    "sms_first_channel": "SMS",
    "sms_first_touch_at": "2026-05-02T09:30:15.250Z",
    "sms_utm_source": "sms",
    "sms_utm_medium": "text",
    "sms_utm_campaign": "trial-reengagement-june",
    "sms_utm_content": "",
    "sms_utm_term": "",
}


def person_of(key: str) -> Person:
    return Contact.objects.get(external_id=key).identity.person


def originate(key: str = "21", **fields: Any) -> None:
    """Give a contact's person an origin: a text message, unless said otherwise."""
    given = {
        "originated_at": TOUCHED_AT,
        "original_channel": Channel.objects.get(slug="sms"),
        "original_utm_source": "sms",
        "original_utm_medium": "text",
        "original_utm_campaign": "trial-reengagement-june",
        **fields,
    }
    Person.objects.filter(pk=person_of(key).pk).update(**given)


@pytest.fixture
def connection(crm: Sandbox) -> Connection:
    """Return a connection that writes back, synced, with contacts 21 (from a text) and 22."""
    seed_account(crm)
    seed_contact(crm, "22")
    connection = a_synced_connection(crm, writes_back=True)
    a_sync(connection)
    originate("21")
    return connection


def the_row(key: str = "21") -> WriteBack:
    return WriteBack.objects.get(contact__external_id=key)


def test_the_values_name_the_origin(connection: Connection) -> None:
    assert origin_values(person_of("21")) == ORIGIN


def test_a_person_without_origin_has_empty_values(connection: Connection) -> None:
    assert set(origin_values(person_of("22")).values()) == {""}


def test_only_contacts_with_an_origin_are_queued(connection: Connection) -> None:
    assert enqueue_write_backs(connection=connection, now=NOW) == 1
    assert (the_row().values, the_row().status) == (ORIGIN, "pending")


def test_queueing_again_adds_nothing(connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    assert enqueue_write_backs(connection=connection, now=NOW) == 0
    assert WriteBack.objects.count() == 1


def test_a_newer_wish_replaces_the_one_that_waits(connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    originate("21", original_utm_content="b")
    assert enqueue_write_backs(connection=connection, now=NOW) == 1
    assert the_row().values["sms_utm_content"] == "b"


@pytest.mark.parametrize("field", ["deleted", "erased"])
def test_who_is_gone_is_not_queued(connection: Connection, field: str) -> None:
    if field == "deleted":
        Contact.objects.update(deleted_at=NOW)
    else:
        Person.objects.update(erased_at=NOW)
    assert enqueue_write_backs(connection=connection, now=NOW) == 0


def test_a_sync_queues_on_its_own(connection: Connection) -> None:
    a_sync(connection, now=NOW + timedelta(hours=1))
    assert the_row().status == "pending"


def test_a_delivery_changes_just_the_contacts_own_properties(
    crm: Sandbox, connection: Connection
) -> None:
    before = crm.store.content()
    enqueue_write_backs(connection=connection, now=NOW)
    assert deliver_write_backs(now=NOW) == DeliveryCounts(written=1)
    before["contacts"]["21"] |= {name: value for name, value in ORIGIN.items() if value}
    assert crm.store.content() == before
    assert (the_row().status, the_row().written_at, the_row().error) == ("written", NOW, "")


def test_what_was_written_is_not_queued_again(connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    deliver_write_backs(now=NOW)
    assert enqueue_write_backs(connection=connection, now=NOW) == 0


def test_a_changed_origin_is_written_over_the_old(crm: Sandbox, connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    deliver_write_backs(now=NOW)
    originate("21", original_utm_campaign="welcome-may")
    assert enqueue_write_backs(connection=connection, now=NOW) == 1
    deliver_write_backs(now=NOW)
    assert crm.store.content()["contacts"]["21"]["sms_utm_campaign"] == "welcome-may"
    assert WriteBack.objects.filter(status="written").count() == 2


def test_what_the_crm_refuses_shows_the_reason_and_the_rest_goes_on(
    crm: Sandbox, connection: Connection
) -> None:
    originate("22")
    enqueue_write_backs(connection=connection, now=NOW)
    crm.store.archive("contacts", "21")
    assert deliver_write_backs(now=NOW) == DeliveryCounts(written=1, refused=1)
    assert (the_row("21").status, the_row("22").status) == ("refused", "written")
    assert "deleted or not exist" in the_row("21").error


def test_what_was_refused_is_not_repeated_on_its_own(crm: Sandbox, connection: Connection) -> None:
    crm.store.archive("contacts", "21")
    enqueue_write_backs(connection=connection, now=NOW)
    deliver_write_backs(now=NOW)
    assert enqueue_write_backs(connection=connection, now=NOW) == 0
    assert deliver_write_backs(now=NOW + timedelta(days=1)) == DeliveryCounts()


def test_a_person_may_try_a_refused_one_again(crm: Sandbox, connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    WriteBack.objects.update(status="refused", error="No", attempts=3)
    retry_write_back(write_back=the_row(), now=NOW)
    assert deliver_write_backs(now=NOW) == DeliveryCounts(written=1)


@pytest.mark.parametrize("status", ["pending", "in_flight", "written"])
def test_only_a_refused_one_can_be_tried_again(connection: Connection, status: str) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    WriteBack.objects.update(status=status)
    with pytest.raises(WriteBackNotRefusedError):
        retry_write_back(write_back=the_row(), now=NOW)


def test_a_refused_one_gives_way_to_a_newer_wish(connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    WriteBack.objects.update(status="refused")
    refused = the_row()
    originate("21", original_utm_content="b")
    enqueue_write_backs(connection=connection, now=NOW)
    with pytest.raises(WriteBackNotRefusedError):
        retry_write_back(write_back=refused, now=NOW)


@pytest.mark.parametrize("status", [401, 429, 500])
def test_trouble_with_the_account_puts_it_off_longer_each_time(
    crm: Sandbox, connection: Connection, status: int
) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    crm.misbehave(status=status, times=1000)
    assert deliver_write_backs(now=NOW) == DeliveryCounts(postponed=1)
    row = the_row()
    assert (row.status, row.attempts, row.next_attempt_at) == ("pending", 1, NOW + 2 * MINUTE)
    assert row.error
    assert deliver_write_backs(now=NOW + MINUTE) == DeliveryCounts()
    deliver_write_backs(now=NOW + 2 * MINUTE)
    assert the_row().next_attempt_at == NOW + 6 * MINUTE


def test_it_is_written_when_the_trouble_is_over(crm: Sandbox, connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    crm.misbehave(status=500, times=1000)
    deliver_write_backs(now=NOW)
    crm.behave()
    assert deliver_write_backs(now=NOW + 2 * MINUTE) == DeliveryCounts(written=1)
    assert the_row().error == ""


@pytest.mark.parametrize("switch", ["is_active", "writes_back"])
def test_a_connection_that_is_switched_off_writes_nothing(
    crm: Sandbox, connection: Connection, switch: str
) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    Connection.objects.update(**{switch: False})
    crm.behaviour.requests.clear()
    assert deliver_write_backs(now=NOW) == DeliveryCounts()
    assert crm.behaviour.requests == []


def test_delivering_twice_writes_once(crm: Sandbox, connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    assert [deliver_write_backs(now=NOW).written for _ in range(2)] == [1, 0]


def test_a_batch_is_limited(connection: Connection) -> None:
    originate("22")
    enqueue_write_backs(connection=connection, now=NOW)
    assert deliver_write_backs(now=NOW, limit=1) == DeliveryCounts(written=1)
    assert WriteBack.objects.filter(status="pending").count() == 1


def test_a_delivery_whose_worker_died_is_freed(connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    WriteBack.objects.update(status="in_flight", started_at=NOW)
    assert release_stuck(now=NOW + STUCK_AFTER) == 0
    assert release_stuck(now=NOW + STUCK_AFTER + MINUTE) == 1
    assert (the_row().status, the_row().error) == ("pending", "The delivery was interrupted.")


def test_a_freed_delivery_gives_way_to_a_newer_wish(connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    WriteBack.objects.update(status="in_flight", started_at=NOW - 2 * STUCK_AFTER)
    originate("21", original_utm_content="b")
    enqueue_write_backs(connection=connection, now=NOW)
    release_stuck(now=NOW)
    assert (the_row().status, the_row().values["sms_utm_content"]) == ("pending", "b")


def test_a_delivery_under_way_with_the_same_values_is_enough(connection: Connection) -> None:
    enqueue_write_backs(connection=connection, now=NOW)
    WriteBack.objects.update(status="in_flight", started_at=NOW)
    assert enqueue_write_backs(connection=connection, now=NOW) == 0


def test_a_property_that_does_not_fit_waits_for_a_person(
    crm: Sandbox, connection: Connection
) -> None:
    crm.store.properties["contacts"]["sms_utm_term"] = {"name": "sms_utm_term", "type": "number"}
    enqueue_write_backs(connection=connection, now=NOW)
    assert deliver_write_backs(now=NOW) == DeliveryCounts(postponed=1)
    assert "Rename or delete that property" in the_row().error

"""What is gone in the CRM: deleted, merged, archived. Contacts added without a trace too."""

from datetime import timedelta

import pytest

from crm_sync.models import Contact, Deal, DealChange, Stage, SyncRun
from crm_sync.sandbox.server import Sandbox
from tests.crm_sync.sandbox_builders import (
    NOW,
    a_sync,
    a_synced_connection,
    searched,
    seed_account,
    seed_contact,
    seed_deal,
    the_deal,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_deleted_deal_becomes_a_tombstone(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_synced_connection(crm)
    a_sync(connection)
    crm.store.archive("deals", "31")
    a_sync(connection, now=NOW + HOUR)
    assert the_deal().deleted_at is not None
    assert the_deal().amount_minor == 10_000
    assert the_deal().changes.filter(field=DealChange.Field.DELETED).exists()


def test_a_deleted_contact_becomes_a_tombstone(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_synced_connection(crm)
    a_sync(connection)
    crm.store.archive("contacts", "21")
    a_sync(connection, now=NOW + HOUR)
    assert Contact.objects.get().deleted_at is not None


def test_a_scheduled_sync_looks_for_deletions_once_an_hour(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    connection = a_synced_connection(crm)
    looked = []
    for minutes in (0, 10, 59, 60, 70):
        crm.set_clock(NOW + timedelta(minutes=minutes))
        crm.behaviour.requests.clear()
        a_sync(connection, trigger=SyncRun.Trigger.SCHEDULE)
        looked.append(any("archived" in r.query for r in crm.behaviour.requests))
    assert looked == [False, False, False, True, False]


@pytest.mark.parametrize("gets_a_new_id", [True, False])
def test_a_merge_leaves_one_deal(crm: Sandbox, gets_a_new_id: bool) -> None:
    crm.store.merges_into_a_new_id = gets_a_new_id
    seed_account(crm)
    seed_deal(crm, "32")
    connection = a_synced_connection(crm)
    a_sync(connection)
    winner = crm.store.merge("deals", "31", "32").id
    a_sync(connection, now=NOW + HOUR)
    assert [deal.external_id for deal in Deal.objects.present()] == [winner]
    assert [row.contact.external_id for row in the_deal(winner).deal_contacts.all()] == ["21"]


def test_a_contact_added_to_an_open_deal_is_seen_although_the_deal_did_not_change(
    crm: Sandbox,
) -> None:
    crm.set_clock(NOW - 3 * HOUR)
    seed_account(crm)
    seed_contact(crm, "22")
    crm.set_clock(NOW - 2 * HOUR)
    connection = a_synced_connection(crm)
    a_sync(connection)
    crm.store.link("deals", "31", "contacts", "22")
    crm.set_clock(NOW)
    a_sync(connection, now=NOW + HOUR)
    assert searched(crm, "deals") == ["0"]
    assert {row.contact.external_id for row in the_deal().deal_contacts.all()} == {"21", "22"}


def test_a_pipeline_that_is_gone_keeps_its_stages_archived(crm: Sandbox) -> None:
    seed_deal(crm)
    connection = a_synced_connection(crm)
    a_sync(connection)
    crm.store.pipelines = {"new": {"id": "new", "label": "New", "displayOrder": 0, "stages": []}}
    a_sync(connection, now=NOW + HOUR)
    assert the_deal().stage.is_archived
    assert not Stage.objects.filter(is_archived=False).exists()

"""A webhook's way: signed, stored, acted on by asking the CRM, harmless when old or doubled."""

from datetime import timedelta

import pytest

from crm_sync.hooks import KEPT_FOR, BadSignatureError, receive_delivery, take_deliveries
from crm_sync.leases import take_lease
from crm_sync.models import Contact, Deal, DealChange, HookDelivery, SyncRun
from crm_sync.sandbox.server import Sandbox
from tests.crm_sync.builders import a_connection
from tests.crm_sync.hook_builders import (
    SECRET,
    a_hooked_connection,
    an_event,
    deliver,
    signed,
)
from tests.crm_sync.sandbox_builders import (
    NOW,
    a_sync,
    seed_account,
    seed_contact,
    seed_deal,
    the_deal,
)
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=20)


def test_a_changed_deal_is_read_again_and_noted(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    a_sync(connection)
    PendingChange.objects.all().delete()
    crm.store.update("deals", "31", {"dealstage": "closedwon", "amount": "250.00"})

    deliver(connection, an_event("deal", "propertyChange", "31"))
    assert take_deliveries(now=NOW) == 1

    assert (the_deal().outcome, the_deal().amount_minor) == ("won", 250_00)
    assert PendingChange.objects.filter(subject_id=the_deal().pk).exists()
    assert SyncRun.objects.first().trigger == SyncRun.Trigger.HOOK  # type: ignore[union-attr]
    assert HookDelivery.objects.get().taken_at is not None


def test_a_new_deal_brings_its_contact_and_company(crm: Sandbox) -> None:
    connection = a_hooked_connection(crm)
    a_sync(connection)
    seed_account(crm)

    deliver(connection, an_event("deal", "creation", "31"))
    take_deliveries(now=NOW)

    assert [row.contact.external_id for row in the_deal().deal_contacts.all()] == ["21"]
    assert the_deal().company is not None
    assert Contact.objects.get().company == the_deal().company


def test_the_same_delivery_again_changes_nothing(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    a_sync(connection)
    crm.store.update("deals", "31", {"amount": "250.00"})
    seen = []
    for _ in range(2):
        deliver(connection, an_event("deal", "propertyChange", "31"))
        take_deliveries(now=NOW)
        seen.append(
            [list(rows.order_by("pk").values()) for rows in (Deal.objects, DealChange.objects)]
        )

    assert seen[0] == seen[1]


def test_a_deleted_deal_is_buried(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    a_sync(connection)
    crm.store.archive("deals", "31")

    deliver(connection, an_event("deal", "deletion", "31"))
    take_deliveries(now=NOW)

    assert the_deal().deleted_at is not None


def test_an_old_deletion_of_what_is_there_again_buries_nothing(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    a_sync(connection)

    deliver(connection, an_event("deal", "deletion", "31"))
    take_deliveries(now=NOW)

    assert the_deal().deleted_at is None


def test_a_record_that_is_gone_without_a_deletion_is_left_to_the_sync(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    a_sync(connection)
    crm.store.archive("deals", "31")

    deliver(connection, an_event("deal", "propertyChange", "31"))
    take_deliveries(now=NOW)

    assert the_deal().deleted_at is None


def test_a_deleted_contact_is_buried(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    a_sync(connection)
    crm.store.archive("contacts", "21")

    deliver(connection, an_event("contact", "deletion", "21"))
    take_deliveries(now=NOW)

    assert Contact.objects.get().deleted_at is not None


def test_a_contact_added_to_a_deal_is_seen(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    a_sync(connection)
    seed_contact(crm, "22")
    crm.store.link("deals", "31", "contacts", "22")

    event = {
        "subscriptionType": "deal.associationChange",
        "associationType": "DEAL_TO_CONTACT",
        "fromObjectId": 31,
        "toObjectId": 22,
    }
    deliver(connection, event)
    take_deliveries(now=NOW)

    assert {row.contact.external_id for row in the_deal().deal_contacts.all()} == {"21", "22"}


def test_many_deliveries_are_one_pass(crm: Sandbox) -> None:
    connection = a_hooked_connection(crm)
    a_sync(connection)
    for key in ("31", "32", "33"):
        seed_deal(crm, key)
        deliver(connection, an_event("deal", "creation", key))

    assert take_deliveries(now=NOW) == 3

    assert Deal.objects.count() == 3
    assert SyncRun.objects.filter(trigger=SyncRun.Trigger.HOOK).count() == 1


@pytest.mark.parametrize("secret", ["", "another"])
def test_a_wrong_signature_is_refused_and_stored_nowhere(crm: Sandbox, secret: str) -> None:
    connection = a_hooked_connection(crm)
    headers = signed(connection, b"[]", secret=secret)

    with pytest.raises(BadSignatureError):
        receive_delivery(connection=connection, body=b"[]", headers=headers, now=NOW)

    assert not HookDelivery.objects.exists()


def test_without_a_stored_secret_everything_is_refused() -> None:
    connection = a_connection()

    with pytest.raises(BadSignatureError):
        receive_delivery(
            connection=connection, body=b"[]", headers=signed(connection, b"[]"), now=NOW
        )


def test_a_secret_that_cannot_be_read_refuses() -> None:
    connection = a_connection(hook_secret="damaged")

    with pytest.raises(BadSignatureError):
        receive_delivery(connection=connection, body=b"[]", headers={}, now=NOW)


def test_a_file_has_no_webhook(crm: Sandbox) -> None:
    connection = a_hooked_connection(crm, provider="csv_file")

    with pytest.raises(BadSignatureError):
        deliver(connection)


def test_while_a_sync_runs_deliveries_wait(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    lease = take_lease(connection=connection, now=NOW)
    deliver(connection, an_event("deal", "creation", "31"))

    assert take_deliveries(now=NOW) == 0
    lease.release()
    assert take_deliveries(now=NOW) == 1


def test_a_crm_that_is_down_is_asked_later(crm: Sandbox) -> None:
    seed_account(crm)
    connection = a_hooked_connection(crm)
    crm.misbehave(path="/batch/read", status=503, times=50)
    deliver(connection, an_event("deal", "creation", "31"))

    assert take_deliveries(now=NOW) == 0
    waiting = HookDelivery.objects.get()
    assert waiting.error
    assert waiting.next_attempt_at is not None
    assert take_deliveries(now=NOW) == 0
    assert HookDelivery.objects.get().attempts == 1

    crm.behave()
    assert take_deliveries(now=LATER) == 1
    assert the_deal().outcome == "open"


def test_what_no_waiting_helps_is_left_to_the_sync(crm: Sandbox) -> None:
    connection = a_hooked_connection(crm)
    crm.misbehave(path="/batch/read", status=403, times=50)
    deliver(connection, an_event("deal", "creation", "31"))

    take_deliveries(now=NOW)

    assert HookDelivery.objects.get().next_attempt_at is None
    assert "may not do this" in HookDelivery.objects.get().error


def test_an_unreadable_body_is_told_and_done(crm: Sandbox) -> None:
    connection = a_hooked_connection(crm)
    receive_delivery(connection=connection, body=b"{", headers=signed(connection, b"{"), now=NOW)

    assert take_deliveries(now=NOW) == 1
    assert HookDelivery.objects.get().error == "The body is not JSON."


def test_deliveries_are_kept_for_a_week(crm: Sandbox) -> None:
    connection = a_hooked_connection(crm)
    deliver(connection)
    take_deliveries(now=NOW)

    take_deliveries(now=NOW + KEPT_FOR)
    assert HookDelivery.objects.exists()
    take_deliveries(now=NOW + KEPT_FOR + timedelta(seconds=1))
    assert not HookDelivery.objects.exists()


def test_the_secret_is_not_stored_readably(crm: Sandbox) -> None:
    assert SECRET not in a_hooked_connection(crm).hook_secret


def test_a_stage_nobody_knew_is_asked_for(crm: Sandbox) -> None:
    connection = a_hooked_connection(crm)
    seed_deal(crm)

    deliver(connection, an_event("deal", "creation", "31"))
    take_deliveries(now=NOW)

    assert the_deal().stage.name

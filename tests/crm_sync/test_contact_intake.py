"""Contacts from any provider become rows and people."""

from datetime import UTC, datetime

import pytest

from crm_sync.intake import IntakeCounts, take_companies, take_contacts, take_deals
from crm_sync.models import Contact, SyncProblem, SyncRun
from crm_sync.records import ContactRecord, ContactRef
from tests.crm_sync.builders import (
    NOW,
    a_company_record,
    a_contact_record,
    a_deal_record,
    a_run_with_stages,
)
from tracking.identity import ensure_identity
from tracking.models import IdentityEdge, PendingChange

pytestmark = pytest.mark.django_db

MAY = datetime(2026, 5, 20, 8, tzinfo=UTC)
JUNE = datetime(2026, 6, 10, 8, tzinfo=UTC)
LATER = datetime(2026, 6, 16, tzinfo=UTC)


@pytest.fixture
def run() -> SyncRun:
    run = a_run_with_stages()
    companies = [a_company_record("c1", "Acme"), a_company_record("c2", "Betatech")]
    take_companies(connection=run.connection, run=run, records=companies, now=NOW)
    return run


def take(run: SyncRun, *records: ContactRecord, now: datetime = NOW) -> IntakeCounts:
    return take_contacts(connection=run.connection, run=run, records=records, now=now)


def person_of_email(value: str) -> object:
    return ensure_identity(kind="email", value=value, now=NOW).person_id


def test_a_contact_is_one_person_with_its_address_and_number(run: SyncRun) -> None:
    take(run, a_contact_record(email="Ann@Acme.example", phone="(415) 555-0123"))

    contact = Contact.objects.get()
    phone = ensure_identity(kind="phone", value="+14155550123", now=NOW)
    assert (contact.email, contact.phone) == ("ann@acme.example", "+14155550123")
    assert contact.identity.value == "acme-crm:p1"
    assert person_of_email("ann@acme.example") == contact.identity.person_id == phone.person_id
    assert set(IdentityEdge.objects.values_list("kind", flat=True)) == {"crm_contact"}


def test_a_person_known_by_e_mail_before_becomes_the_contact(run: SyncRun) -> None:
    known = ensure_identity(kind="email", value="ann@acme.example", now=MAY)
    take(run, a_contact_record())

    assert Contact.objects.get().identity.person_id == known.person_id


def test_two_contacts_with_one_address_are_one_person(run: SyncRun) -> None:
    take(run, a_contact_record("p1"), a_contact_record("p2"))

    assert len(set(Contact.objects.values_list("identity__person", flat=True))) == 1


def test_the_same_contact_again_changes_nothing(run: SyncRun) -> None:
    record = a_contact_record(phone="+14155550123", company_external_id="c1", modified_at=MAY)
    take(run, record)
    before = (IdentityEdge.objects.count(), PendingChange.objects.count())

    assert take(run, record, now=LATER) == IntakeCounts(unchanged=1)
    assert (IdentityEdge.objects.count(), PendingChange.objects.count()) == before


def test_an_older_version_of_a_contact_is_left_aside(run: SyncRun) -> None:
    take(run, a_contact_record(name="Newer", modified_at=JUNE))

    assert take(run, a_contact_record(name="Older", modified_at=MAY)) == IntakeCounts(unchanged=1)
    assert Contact.objects.get().name == "Newer"


def test_a_newer_date_alone_is_kept_and_counts_as_unchanged(run: SyncRun) -> None:
    take(run, a_contact_record(modified_at=MAY))

    assert take(run, a_contact_record(modified_at=JUNE)) == IntakeCounts(unchanged=1)
    assert Contact.objects.get().modified_at == JUNE


def test_a_changed_address_revokes_the_old_evidence(run: SyncRun) -> None:
    take(run, a_contact_record(email="wrong@acme.example"))
    take(run, a_contact_record(email="right@acme.example"), now=LATER)

    person = Contact.objects.get().identity.person_id
    assert person_of_email("right@acme.example") == person
    assert person_of_email("wrong@acme.example") != person
    assert IdentityEdge.objects.filter(revoked_at=LATER).count() == 1


def test_an_address_that_is_none_is_kept_as_a_warning_and_joins_nobody(run: SyncRun) -> None:
    assert take(run, a_contact_record(email="n/a")) == IntakeCounts(created=1)

    problem = SyncProblem.objects.get()
    assert (problem.severity, problem.code) == ("warning", "unusable-email")
    assert problem.object_type == "contacts"
    assert not IdentityEdge.objects.exists()


def test_a_warning_is_resolved_when_the_address_is_put_right(run: SyncRun) -> None:
    take(run, a_contact_record(email="n/a"))
    take(run, a_contact_record(email="ann@acme.example"), now=LATER)

    assert SyncProblem.objects.get().resolved_at == LATER


def test_a_warning_that_still_stands_is_kept_once(run: SyncRun) -> None:
    take(run, a_contact_record(email="n/a"))
    take(run, a_contact_record(email="n/a"), now=LATER)

    problem = SyncProblem.objects.get()
    assert (problem.resolved_at, problem.latest_seen_at) == (None, LATER)


def test_a_contact_without_a_usable_id_is_refused(run: SyncRun) -> None:
    assert take(run, a_contact_record("null")) == IntakeCounts(refused=1)
    assert not Contact.objects.exists()
    assert SyncProblem.objects.get().code == "unusable-id"


def test_a_role_mailbox_is_kept_but_joins_nobody(run: SyncRun) -> None:
    take(run, a_contact_record(email="info@acme.example"))

    assert Contact.objects.get().email == "info@acme.example"
    assert not IdentityEdge.objects.exists()


def test_a_deleted_contact_stays_as_a_tombstone_and_can_come_back(run: SyncRun) -> None:
    take(run, a_contact_record())
    take(run, a_contact_record(is_deleted=True, modified_at=MAY))
    assert Contact.objects.get().deleted_at == MAY

    take(run, a_contact_record(modified_at=JUNE))
    assert Contact.objects.get().deleted_at is None


def test_a_deleted_contact_that_we_never_held_is_ignored(run: SyncRun) -> None:
    assert take(run, a_contact_record(is_deleted=True)) == IntakeCounts(unchanged=1)
    assert not Contact.objects.exists()


def test_a_contact_that_changes_company_notes_the_deals_of_both(run: SyncRun) -> None:
    take(run, a_contact_record(company_external_id="c1"))
    take_deals(
        connection=run.connection,
        run=run,
        records=[
            a_deal_record("d1", company_external_id="c1"),
            a_deal_record("d2", company_external_id="c2"),
            a_deal_record("d3", contacts=(ContactRef("p1"),)),
            a_deal_record("d4"),
        ],
        now=NOW,
    )
    PendingChange.objects.all().delete()
    take(run, a_contact_record(company_external_id="c2"))

    assert PendingChange.objects.filter(subject="deal", cause="deal_changed").count() == 3
    assert PendingChange.objects.filter(subject="person").count() == 1


def test_a_company_that_is_not_told_stays(run: SyncRun) -> None:
    take(run, a_contact_record(company_external_id="c1"))
    take(run, a_contact_record(company_external_id=None))

    assert str(Contact.objects.get().company) == "Acme"


def test_a_nameless_contact_is_shown_by_a_masked_address(run: SyncRun) -> None:
    take(run, a_contact_record(name=""))

    assert str(Contact.objects.get()) == "a•••@acme.example"

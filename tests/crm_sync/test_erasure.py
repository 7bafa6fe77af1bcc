"""What a forgotten person's CRM contacts still say: nothing, and it stays so."""

from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.intake import take_contacts
from crm_sync.models import Contact, SyncProblem
from tests.crm_sync.builders import a_connection as make_connection
from tests.crm_sync.builders import a_contact_record, a_run
from tracking.erasure import erase_person

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)


def take_ada(run, *, at: datetime) -> Contact:
    record = a_contact_record(
        "p1", name="Ada Abel", email="ada@acme.example", phone="+12025550123", modified_at=at
    )
    take_contacts(connection=run.connection, run=run, records=[record], now=at)
    return Contact.objects.get()


def test_forgetting_a_person_clears_their_contacts() -> None:
    contact = take_ada(a_run(make_connection()), at=NOW)
    assert contact.email
    erase_person(person=contact.identity.person, now=NOW)
    contact.refresh_from_db()
    assert (contact.name, contact.email, contact.phone) == ("", "", "")


def test_a_later_sync_does_not_bring_them_back() -> None:
    run = a_run(make_connection())
    erase_person(person=take_ada(run, at=NOW).identity.person, now=NOW)
    contact = take_ada(run, at=NOW + timedelta(days=1))
    assert (contact.name, contact.email, contact.phone) == ("", "", "")


def test_a_problem_that_quotes_them_is_closed_without_the_quote() -> None:
    run = a_run(make_connection())
    contact = take_ada(run, at=NOW)
    SyncProblem.objects.create(
        connection=run.connection,
        run=run,
        severity="warning",
        object_type="contacts",
        external_id="p1",
        code="bad-contact",
        message="ada@acme is no address",
        record={"email": "ada@acme"},
        first_seen_at=NOW,
        latest_seen_at=NOW,
    )
    erase_person(person=contact.identity.person, now=NOW)
    problem = SyncProblem.objects.get(code="bad-contact")
    assert problem.record == {}
    assert "ada" not in problem.message
    assert problem.resolved_at == NOW

"""Notes to whoever settles credit: taken once, the oldest first."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from campaigns import doorbell
from campaigns.public_ids import new_id
from tests.tracking.builders import NOW
from tracking.changes import claim_changes, note_changes
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db
PERSON = PendingChange.Subject.PERSON


def test_a_subject_named_twice_is_noted_once() -> None:
    one = new_id()

    note_changes(subject=PERSON, ids=[one, one], cause="late_touch", now=NOW)

    note = PendingChange.objects.get()
    assert (note.subject, note.subject_id, note.cause, note.noted_at) == (
        "person", one, "late_touch", NOW,
    )  # fmt: skip


def test_the_oldest_notes_are_taken_first_and_are_gone() -> None:
    first, second, third = new_id(), new_id(), new_id()
    for minutes, one in enumerate((first, second, third)):
        moment = NOW + timedelta(minutes=minutes)
        note_changes(subject=PERSON, ids=[one], cause="identity", now=moment)

    with transaction.atomic():
        taken = [note.subject_id for note in claim_changes(limit=2)]

    assert taken == [first, second]
    assert [note.subject_id for note in PendingChange.objects.all()] == [third]


def test_notes_come_back_when_the_reader_fails() -> None:
    note_changes(subject=PERSON, ids=[new_id()], cause="identity", now=NOW)

    def claim_and_fail() -> None:
        with transaction.atomic():
            claim_changes(limit=10)
            raise LookupError

    with pytest.raises(LookupError):
        claim_and_fail()

    assert PendingChange.objects.count() == 1


def test_a_noted_change_pokes_a_worker_once_committed(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    rung: list[str] = []
    monkeypatch.setattr(doorbell.current_app, "send_task", rung.append)

    with django_capture_on_commit_callbacks(execute=True):
        note_changes(
            subject=PendingChange.Subject.PERSON, ids=[new_id()], cause="identity", now=NOW
        )
        assert rung == []

    assert rung == [doorbell.SETTLE]

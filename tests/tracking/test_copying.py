"""Rows by COPY come out of PostgreSQL as they went in, whatever they hold."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from campaigns.public_ids import new_id
from tracking.copying import (
    NULL,
    array_text,
    copy_lines,
    copy_new,
    moment_field,
    text_fields,
)
from tracking.models import JournalCursor, Person

pytestmark = pytest.mark.django_db

COLUMNS = ("id", "file", "position", "rejected_count", "read_at")
MOMENT = datetime(2026, 6, 15, 12, 0, 0, 7, tzinfo=UTC)
MICROSECONDS = (MOMENT - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def a_line(file: str) -> str:
    return f"{new_id().hex}\t{text_fields(file)}\t0\t0\t{moment_field(MICROSECONDS)}"


@pytest.mark.parametrize("text", ["plain", "a\tb", "a\nb", "a\r\nb", r"\N", r"a\b\.", "é ☕", ""])
def test_a_text_comes_out_as_it_went_in(text: str) -> None:
    copy_lines("tracking_journalcursor", COLUMNS, [a_line(text), a_line("other")])

    assert JournalCursor.objects.filter(file=text).exists()


def test_a_moment_keeps_its_microseconds() -> None:
    copy_lines("tracking_journalcursor", COLUMNS, [a_line("one")])

    assert JournalCursor.objects.get().read_at == MOMENT


def test_nothing_is_null_by_itself() -> None:
    fields = (new_id().hex, moment_field(MICROSECONDS), NULL)
    names = ("id", "created_at", "merged_into_id", *(f"original_utm_{part}" for part in UTM))
    copy_lines("tracking_person", names, ["\t".join((*fields, *("" for _ in UTM)))])

    assert Person.objects.get().merged_into_id is None


def test_no_lines_cost_no_query() -> None:
    copy_lines("no_such_table", COLUMNS, [])


def test_a_broken_constraint_inserts_none() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        copy_lines("tracking_journalcursor", COLUMNS, [a_line("same"), a_line("same")])

    assert not JournalCursor.objects.exists()


def test_a_row_of_a_model_gets_what_it_does_not_name() -> None:
    copy_new(Person, [{"id": new_id(), "created_at": MOMENT}])

    person = Person.objects.get()
    assert (person.original_utm_source, person.erased_at) == ("", None)


def test_an_array_of_texts_comes_out_as_it_went_in() -> None:
    texts = ["plain", 'a "quoted" one', "back\\slash", "a,b", "{}", "NULL", "", "é ☕"]

    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text[]", [array_text(texts)])
        assert cursor.fetchone() == (texts,)


def test_an_array_of_other_values_comes_out_as_it_went_in() -> None:
    ids, moments = [new_id(), new_id()], [MOMENT, None]

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT %s::uuid[], %s::timestamptz[], %s::int[]",
            [array_text(ids), array_text(moments), array_text([-1, 2])],
        )
        assert cursor.fetchone() == (ids, moments, [-1, 2])


UTM = ("source", "medium", "campaign", "content", "term")

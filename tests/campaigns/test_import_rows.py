"""Reading a batch of rows, and seeing each beside what is stored."""

from dataclasses import dataclass
from uuid import UUID

from campaigns.import_rows import (
    BatchResult,
    Change,
    RowError,
    RowRefusedError,
    RowResult,
    compared,
    ids_among,
    read_batch,
    read_fields,
    text_of,
)

ID = "0199f4a2-0000-7000-8000-000000000001"


@dataclass
class Stated:
    external_id: str


def read(*rows: dict[str, str]) -> list[RowResult]:
    def one(row: dict[str, str]) -> tuple[Stated | None, list[RowError]]:
        if not row["id"]:
            return None, [RowError("external_id", "required", "It is empty.")]
        return Stated(row["id"]), []

    return read_batch(
        rows,
        read=one,  # type: ignore[arg-type]
        key=lambda stated: stated.external_id,
        key_names="external_id",
        titled=("day", "id"),
    )


def test_every_row_is_read_as_new_and_called_by_what_it_says() -> None:
    first, second = read({"day": "Monday", "id": "a"}, {"id": "b"})

    assert (first.number, first.status, first.title) == (1, "created", "Monday · a")
    assert (second.number, second.title, second.stored) == (2, "b", Stated("b"))


def test_a_row_that_cannot_be_read_is_rejected_with_its_errors() -> None:
    (row,) = read({"id": ""})

    assert (row.status, row.stored) == ("rejected", None)
    assert [error.code for error in row.errors] == ["required"]


def test_the_second_row_of_a_key_is_rejected() -> None:
    first, second = read({"id": "a"}, {"id": "a"})

    assert (first.status, second.status) == ("created", "rejected")
    assert second.errors == (
        RowError("external_id", "repeated", "An earlier row has the same external_id.", value="a"),
    )


def test_a_batch_is_stored_as_a_whole_or_not_at_all() -> None:
    assert BatchResult(tuple(read({"id": "a"}))).is_stored
    assert not BatchResult(tuple(read({"id": "a"}, {"id": ""}))).is_stored


def test_a_row_that_says_what_is_stored_is_unchanged() -> None:
    row = compared(RowResult(1, "created"), {"amount": "5"}, {"amount": "5"})

    assert (row.status, row.changes) == ("unchanged", ())


def test_a_row_that_says_something_else_names_every_change() -> None:
    before, after = {"amount": "5", "reason": "x"}, {"amount": "6", "reason": "x"}

    row = compared(RowResult(1, "created"), before, after)

    assert (row.status, row.changes) == ("updated", (Change("amount", "5", "6"),))


def test_every_field_is_read_and_each_refusal_kept_with_the_start_of_its_value() -> None:
    done: list[str] = []

    def refuse() -> None:
        raise RowRefusedError("note", "too-long", "It is too long.")

    errors = read_fields({"note": "n" * 100}, [refuse, lambda: done.append("next")])

    assert errors == [RowError("note", "too-long", "It is too long.", value="n" * 80)]
    assert done == ["next"]


def test_a_text_has_no_space_around_it_and_nothing_is_empty() -> None:
    assert text_of({"name": " a "}, "name") == "a"
    assert text_of({}, "name") == ""


def test_only_ids_are_taken_for_ids() -> None:
    assert ids_among([ID, "june", ""]) == [UUID(ID)]

"""Posts of many rows: what is taken for rows, and what is answered."""

from typing import Any

import pytest
from rest_framework.serializers import ValidationError

from campaigns.api.batches import batch_answer, batch_rows
from campaigns.api.errors import RefusedError
from campaigns.import_rows import BatchResult, RowError, RowResult


def rows(data: Any) -> list[dict[str, str]]:
    return batch_rows(data, fields=("name", "amount", "currency"), most=2)


def test_rows_a_bare_list_and_one_row_are_the_same() -> None:
    row = {"name": "a", "amount": 5}

    assert rows({"rows": [row]}) == rows([row]) == rows(row)
    assert rows(row) == [{"name": "a", "amount": "5", "currency": ""}]


def test_money_may_be_an_object() -> None:
    (row,) = rows({"amount": {"amount": "5.00", "currency": "EUR"}})

    assert (row["amount"], row["currency"]) == ("5.00", "EUR")


def test_what_is_no_list_is_refused() -> None:
    with pytest.raises(ValidationError, match="at most 2 rows"):
        rows("many")


def test_too_many_rows_are_refused() -> None:
    with pytest.raises(ValidationError, match="at most 2 rows"):
        rows([{}, {}, {}])


def test_a_row_that_is_no_object_is_named() -> None:
    with pytest.raises(ValidationError, match="A row is an object") as caught:
        rows([{}, "x"])
    assert set(caught.value.detail) == {"rows.2"}


def test_the_answer_counts_and_lists_the_rows() -> None:
    result = BatchResult((RowResult(1, "created"), RowResult(2, "unchanged")))

    answer = batch_answer(result, refusal="rows-rejected")

    assert answer.data == {
        "created": 1,
        "updated": 0,
        "unchanged": 1,
        "results": [{"row": 1, "status": "created"}, {"row": 2, "status": "unchanged"}],
    }


def test_a_refusal_tells_everything_that_is_wrong_in_a_field() -> None:
    errors = (RowError("amount", "invalid", "No."), RowError("amount", "negative", "Never.", "5"))
    result = BatchResult((RowResult(1, "created"), RowResult(2, "rejected", errors)))

    with pytest.raises(RefusedError, match="1 of 2 rows are wrong") as caught:
        batch_answer(result, refusal="rows-rejected")

    assert caught.value.get_codes() == "rows-rejected"
    assert [entry["code"] for entry in caught.value.fields["rows.2.amount"]] == [
        "invalid",
        "negative",
    ]

"""One row of an export, and each rule it can break."""

from datetime import UTC, datetime

import pytest

from crm_sync.column_mapping import read_mapping
from crm_sync.deal_rows import DealRow, RowError, read_row, read_row_once

MAPPING = read_mapping(
    {
        "connection": "acme",
        "columns": {
            "external_id": "id", "stage": "stage", "name": "title", "company": "account",
            "amount": "value", "currency": "cur", "created_at": "made", "contacts": "people",
        },
        "currency": "USD",
        "date_format": "%m/%d/%Y",
        "stages": {"Won": "won", "New": "open"},
    }
)  # fmt: skip
CELLS = {
    "id": "7", "stage": "Won", "title": "", "account": "Acme", "value": "12.50", "cur": "",
    "made": "3/1/2017", "people": "Ann@acme.example",
}  # fmt: skip


def read(**cells: str) -> DealRow:
    return read_row(MAPPING, {**CELLS, **cells}, UTC)


def test_a_row_is_understood() -> None:
    row = read()

    assert (row.external_id, row.stage, row.outcome) == ("7", "Won", "won")
    assert (row.amount_minor, row.currency) == (1250, "USD")
    assert row.created_at == datetime(2017, 3, 1, tzinfo=UTC)
    assert row.contacts == ("ann@acme.example",)


def test_a_deal_without_a_name_is_called_by_company_and_id() -> None:
    assert read().name == "Acme (7)"
    assert read(account="").name == "Deal 7"
    assert read(title="Rollout").name == "Rollout"


def test_a_row_may_bring_its_own_currency() -> None:
    row = read(cur="jpy", value="1200")

    assert (row.amount_minor, row.currency) == (1200, "JPY")


def test_empty_cells_stay_empty() -> None:
    row = read(value="", account="", made="", people="")

    assert (row.amount_minor, row.company, row.created_at, row.contacts) == (None, "", None, ())


@pytest.mark.parametrize(
    ("cells", "code", "column"),
    [
        ({"id": " "}, "no-id", "id"),
        ({"id": "x" * 121}, "no-id", "id"),
        ({"stage": "Lost"}, "unknown-stage", "stage"),
        ({"stage": ""}, "unknown-stage", "stage"),
        ({"value": "many"}, "bad-amount", "value"),
        ({"cur": "gold"}, "bad-currency", "cur"),
        ({"made": "2017-03-01"}, "bad-date", "made"),
        ({"people": "ann"}, "bad-contact", "people"),
    ],
)
def test_each_broken_rule_is_named_with_its_column_and_value(
    cells: dict[str, str], code: str, column: str
) -> None:
    with pytest.raises(RowError) as refused:
        read(**cells)

    assert (refused.value.code, refused.value.column) == (code, column)
    assert refused.value.value.strip() == cells[column].strip()


def test_the_first_line_of_a_deal_wins() -> None:
    lines: dict[str, int] = {}
    read_row_once(MAPPING, CELLS, UTC, line=2, broken="", lines=lines)

    with pytest.raises(RowError, match="line 2 already") as refused:
        read_row_once(MAPPING, CELLS, UTC, line=9, broken="", lines=lines)

    assert refused.value.code == "duplicate-row"


def test_a_row_that_could_not_be_cut_is_refused_as_it_is() -> None:
    with pytest.raises(RowError, match="3 cells") as refused:
        read_row_once(MAPPING, {}, UTC, line=2, broken="The row has 3 cells.", lines={})

    assert refused.value.code == "broken-row"

"""A look at an export before anything is imported."""

import io
from pathlib import Path

import pytest

from crm_sync.import_preview import Preview, preview_deals_file
from crm_sync.providers.csv_file import UnreadableFileError


def preview(text: str, **options: object) -> Preview:
    return preview_deals_file(path_or_file=io.BytesIO(text.encode()), **options)


SHEET = """Deal ID,Stage,Account,Amount,Create Date,Close Date
1,Closed won,Acme,"$1,000.00",10/25/2026,12/01/2026
2,Demo,Betatech,,10/26/2026,
3,Closed lost,,250,10/27/2026,11/02/2026
"""


def test_columns_stages_and_the_date_format_are_guessed() -> None:
    seen = preview(SHEET)

    assert seen.mapping["columns"] == {
        "external_id": "Deal ID",
        "stage": "Stage",
        "company": "Account",
        "amount": "Amount",
        "created_at": "Create Date",
        "closed_at": "Close Date",
    }
    assert seen.mapping["date_format"] == "%m/%d/%Y"
    assert seen.mapping["stages"] == {"Closed won": "won", "Demo": "open", "Closed lost": "lost"}


def test_the_first_rows_are_shown_as_they_will_be_read() -> None:
    forecast = preview(SHEET).forecast

    assert forecast is not None
    deals = [row.deal for row in forecast.sample if row.deal]
    assert [(deal.external_id, deal.amount_minor) for deal in deals] == [
        ("1", 100_000),
        ("2", None),
        ("3", 25_000),
    ]
    assert forecast.lacking == {"value": 1, "company": 1}


def test_dates_that_fit_two_formats_are_an_open_question() -> None:
    seen = preview("id,stage,created\n1,won,03/04/2026\n")

    assert seen.dates.is_open_question
    assert seen.dates.formats[:2] == ("%m/%d/%Y", "%d/%m/%Y")


def test_a_decimal_comma_is_recognised() -> None:
    seen = preview("id;stage;amount\n1;won;1.234,50\n2;won;500,00\n3;won;7\n")

    assert seen.mapping["decimal_comma"] is True
    assert seen.forecast is not None
    assert seen.forecast.good_count == 3
    assert "decimal_comma" not in preview(SHEET).mapping


def test_rows_that_will_be_refused_are_counted_and_named() -> None:
    seen = preview("id,stage,amount\n1,won,abc\n1,won,5\n1,won,6\n2\n")

    assert seen.forecast is not None
    assert seen.forecast.refused == {"bad-amount": 1, "duplicate-row": 1, "broken-row": 1}
    assert seen.forecast.good_count == 1
    assert "“abc” is not an amount" in seen.forecast.examples[0].problem


def test_a_mapping_in_part_is_kept_and_the_rest_is_guessed() -> None:
    seen = preview(SHEET, mapping={"currency": "EUR", "stages": {"Demo": "lost", "New": "open"}})

    assert seen.mapping["currency"] == "EUR"
    assert seen.mapping["stages"]["Demo"] == "lost"
    assert [(stage.name, stage.row_count) for stage in seen.stages][-1] == ("New", 0)


def test_a_file_without_a_stage_column_says_what_is_missing() -> None:
    seen = preview("id,value\n1,2\n")

    assert seen.forecast is None
    assert any("where stage stands" in problem for problem in seen.problems)


def test_a_column_with_endless_values_is_no_stage() -> None:
    rows = "".join(f"{n},step {n}\n" for n in range(100))

    assert "100 different values" in preview(f"id,stage\n{rows}").problems[0]


def test_a_mapping_for_another_file_names_the_columns_there_are() -> None:
    seen = preview(SHEET, mapping={"columns": {"external_id": "Nr", "stage": "Stage"}})

    assert "“Nr” (for external_id)" in seen.problems[0]
    assert "Deal ID, Stage, Account" in seen.problems[0]


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(UnreadableFileError, match="empty"):
        preview("")


@pytest.mark.shared_data
def test_the_real_export_is_understood_without_help(shared_data: Path) -> None:
    seen = preview_deals_file(path_or_file=shared_data / "crm" / "sales_pipeline.csv")

    assert seen.forecast is not None
    assert (seen.forecast.good_count, seen.forecast.refused_count) == (8800, 0)
    assert seen.forecast.lacking == {"value": 2089, "company": 1425, "creation date": 500}
    assert seen.dates.formats == ("%m/%d/%Y",)
    assert seen.mapping["stages"] == {
        "Won": "won", "Lost": "lost", "Engaging": "open", "Prospecting": "open",
    }  # fmt: skip

"""Reports as files."""

import io

import pytest

from campaigns import spend_upload
from campaigns.spend_presets import Defaults
from campaigns.spend_upload import read_spend_file
from campaigns.spreadsheets import UnreadableTableError, write_workbook

GOOGLE = """Campaign report
"June 1, 2026 - June 30, 2026"
Day\tCampaign\tCampaign ID\tCurrency code\tCost
2026-06-01\tBrand\t77\tEUR\t"1.234,50"
2026-06-02\tBrand\t77\tEUR\t12,00
Total: Account\t --\t --\tEUR\t"1.246,50"
"""


def test_googles_utf_16_table_with_titles_and_totals_is_read() -> None:
    file = io.BytesIO(GOOGLE.encode("utf-16"))

    sheet = read_spend_file(file, "report.csv", Defaults("google_ads"))

    assert [(row["date"], row["amount"]) for row in sheet.rows] == [
        ("2026-06-01", "1234.50"),
        ("2026-06-02", "12.00"),
    ]
    assert (sheet.numbers, sheet.totals) == ((4, 5), 1)


def test_a_workbook_is_read_with_its_dates() -> None:
    content = write_workbook(
        [["date", "external_id", "amount", "currency"], ["2026-06-01", "a", 12.5, "USD"]]
    )

    sheet = read_spend_file(io.BytesIO(content), "costs.xlsx", Defaults("twilio"))

    assert sheet.rows[0]["amount"] == "12.5"


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spend_upload, "MOST_ROWS", 2)
    lines = ["date,external_id,amount,currency", *["2026-06-01,a,1,USD"] * 3]

    with pytest.raises(UnreadableTableError, match="more than 2 rows"):
        read_spend_file(io.BytesIO("\n".join(lines).encode()), "a.csv", Defaults("twilio"))


def test_a_first_line_without_end_is_refused_in_words() -> None:
    with pytest.raises(UnreadableTableError, match="line 1 is far too long"):
        read_spend_file(io.BytesIO(b"x" * 1_000_001), "a.csv", Defaults("twilio"))

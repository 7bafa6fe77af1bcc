"""Platforms' cost reports, read by their presets."""

import pytest

from campaigns.spend_presets import PRESETS, Defaults, LackingColumnsError, SpendSheet, read_spend
from campaigns.table_rows import Row

GOOGLE = [
    ["Campaign report"],
    ["June 1, 2026 - June 30, 2026"],
    ["Day", "Campaign", "Campaign ID", "Currency code", "Cost", "Clicks"],
    ["2026-06-01", "Brand", "77", "EUR", "1.234,50", "9"],
    ["2 Jun 2026", "Brand", "77", "EUR", "12", "3"],
    ["Total: Account", " --", "--", "EUR", "1.246,50", "12"],
]
META = [
    ["Reporting starts", "Reporting ends", "Campaign name", "Amount spent (USD)"],
    ["2026-06-01", "2026-06-01", "", "5.00"],
    ["2026-06-01", "2026-06-01", "Spring", "5.00"],
]
LINKEDIN = [
    ["Campaign Performance Report (in UTC)"],
    ["Report Start: June 1, 2026"],
    ["Report End: June 30, 2026"],
    ["Date Generated: July 1, 2026"],
    [""],
    ["Start Date (in UTC)", "Campaign ID", "Campaign Name", "Currency", "Total Spent"],
    ["6/1/2026", "31", "Spring", "USD", "12.40"],
]
OURS = [
    ["Date", "External_ID", "amount", "currency", "channel"],
    ["2026-06-01", "a", "5", "USD", "sms"],
]


def read(table: list[list[str]], platform: str, **defaults: str) -> SpendSheet:
    rows = [Row(number, number, cells) for number, cells in enumerate(table, 1) if any(cells)]
    return read_spend(rows, Defaults(platform, **defaults))


def test_google_ads_has_titles_totals_and_localized_numbers() -> None:
    sheet = read(GOOGLE, "google_ads")

    assert [(row["date"], row["amount"]) for row in sheet.rows] == [
        ("2026-06-01", "1234.50"),
        ("2026-06-02", "12"),
    ]
    assert sheet.rows[0] == {
        "date": "2026-06-01",
        "external_id": "77",
        "amount": "1234.50",
        "currency": "EUR",
        "description": "Brand",
        "platform": "google_ads",
        "channel": "paid-search",
    }
    assert (sheet.numbers, sheet.totals, sheet.unread) == ((4, 5), 1, ("Clicks",))


def test_meta_names_the_currency_in_the_columns_name_and_sums_up_in_a_row() -> None:
    sheet = read(META, "meta")

    assert [(row["external_id"], row["currency"], row["channel"]) for row in sheet.rows] == [
        ("Spring", "USD", "paid-social")
    ]
    assert (sheet.numbers, sheet.totals) == ((3,), 1)


def test_a_row_of_several_days_keeps_both_so_that_it_is_refused_as_no_day() -> None:
    sheet = read([META[0], ["2026-06-01", "2026-06-07", "Spring", "5"]], "meta")

    assert sheet.rows[0]["date"] == "2026-06-01 to 2026-06-07"


def test_linkedin_writes_the_month_first() -> None:
    sheet = read(LINKEDIN, "linkedin")

    assert (sheet.rows[0]["date"], sheet.numbers) == ("2026-06-01", (7,))


def test_other_platforms_use_our_own_column_names() -> None:
    assert read(OURS, "twilio").rows[0] == {
        "date": "2026-06-01",
        "external_id": "a",
        "amount": "5",
        "currency": "USD",
        "channel": "sms",
        "platform": "twilio",
    }


@pytest.mark.parametrize("platform", PRESETS)
def test_our_own_column_names_are_read_for_every_platform(platform: str) -> None:
    row = read(OURS, platform).rows[0]

    assert (row["platform"], row["channel"], row["external_id"]) == (platform, "sms", "a")


def test_a_date_without_order_is_left_for_the_reader_to_refuse() -> None:
    assert read([OURS[0], ["06/01/2026", "a", "5", "USD", "sms"]], "twilio").rows[0]["date"] == (
        "06/01/2026"
    )


def test_a_spreadsheets_moment_is_its_day() -> None:
    table = [OURS[0], ["2026-06-01T00:00:00", "a", "5", "USD", "sms"]]
    assert read(table, "twilio").rows[0]["date"] == "2026-06-01"


def test_defaults_say_what_no_column_says() -> None:
    table = [["date", "external_id", "amount"], ["2026-06-01", "a", "5"]]

    row = read(table, "twilio", currency="GBP", channel="sms").rows[0]

    assert (row["currency"], row["channel"]) == ("GBP", "sms")


def test_a_row_that_names_a_send_takes_no_default_channel() -> None:
    table = [[*OURS[0], "send"], ["2026-06-01", "a", "5", "USD", "", "trial-june"]]

    assert read(table, "twilio", channel="email").rows[0]["channel"] == ""


def test_rows_keep_the_numbers_they_have_in_the_file() -> None:
    assert read([OURS[0], [""], OURS[1]], "twilio").numbers == (3,)


def test_a_short_row_has_empty_cells() -> None:
    assert read([OURS[0], ["2026-06-01", "a"]], "twilio").rows[0]["amount"] == ""


@pytest.mark.parametrize(
    ("table", "platform", "lacking"),
    [
        ([], "twilio", ("date", "external_id", "amount", "currency")),
        ([["date", "amount"]], "twilio", ("external_id", "currency")),
        ([["Day", "Campaign", "Clicks"]], "google_ads", ("amount", "currency")),
        ([["Title"], ["Reporting starts", "Campaign name", "Amount spent"]], "meta", ("currency",)),
    ],
)
def test_a_file_without_the_columns_is_refused_and_they_are_named(
    table: list[list[str]], platform: str, lacking: tuple[str, ...]
) -> None:
    with pytest.raises(LackingColumnsError, match="The file lacks the column") as caught:
        read(table, platform)

    assert caught.value.lacking == lacking


def test_a_header_far_below_is_no_header() -> None:
    with pytest.raises(LackingColumnsError):
        read([["A title"]] * 15 + OURS, "twilio")

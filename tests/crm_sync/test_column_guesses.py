"""Guesses about an unknown export."""

import pytest

from crm_sync.column_guesses import guess_columns, guess_date_format, guess_outcome


def test_headers_of_a_hubspot_export_are_recognised() -> None:
    header = ["Record ID", "Deal Name", "Deal Stage", "Amount", "Create Date", "Close Date"]

    assert guess_columns(header) == {
        "external_id": "Record ID", "name": "Deal Name", "stage": "Deal Stage",
        "amount": "Amount", "created_at": "Create Date", "closed_at": "Close Date",
    }  # fmt: skip


def test_headers_of_a_salesforce_export_are_recognised() -> None:
    header = [
        "Opportunity ID",
        "Opportunity Name",
        "Account Name",
        "Stage",
        "Amount",
        "Lead Source",
    ]

    assert guess_columns(header) == {
        "external_id": "Opportunity ID", "name": "Opportunity Name", "company": "Account Name",
        "stage": "Stage", "amount": "Amount", "lead_source": "Lead Source",
    }  # fmt: skip


def test_a_column_is_used_once() -> None:
    assert guess_columns(["id", "Deal"]) == {"external_id": "id", "name": "Deal"}


def test_unknown_headers_are_left_alone() -> None:
    assert guess_columns(["foo", ""]) == {}


def test_a_day_above_twelve_decides_between_day_and_month() -> None:
    assert guess_date_format(["3/4/2026", "3/31/2026", ""]).formats == ("%m/%d/%Y",)
    assert guess_date_format(["3/4/2026", "31/3/2026"]).formats == ("%d/%m/%Y",)


def test_a_broken_date_does_not_hide_the_format_of_the_others() -> None:
    assert guess_date_format(["31/3/2026", "1/2/2026", "31.02.2026"]).formats == ("%d/%m/%Y",)


def test_dates_of_no_known_format_fit_none() -> None:
    guess = guess_date_format(["soon"])

    assert (guess.best, guess.is_open_question) == ("", False)


def test_empty_cells_say_nothing_about_the_format() -> None:
    assert guess_date_format(["", " "]).formats == ()


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        ("Won", "won"), ("Closed Won", "won"), ("closedwon", "won"), ("6 - Closed/Won", "won"),
        ("Lost", "lost"), ("Closed lost", "lost"), ("Cancelled", "lost"),
        ("Prospecting", "open"), ("Negotiation", "open"), ("Wonderland demo", "open"),
    ],
)  # fmt: skip
def test_a_stages_name_says_what_it_means(stage: str, outcome: str) -> None:
    assert guess_outcome(stage) == outcome

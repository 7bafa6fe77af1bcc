"""Reading a report's parameters: every value that is refused says why."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from attribution.reports.query import InvalidReportQueryError, ReportQuery, parse_query

BERLIN = ZoneInfo("Europe/Berlin")


def parse(**params: str) -> ReportQuery:
    renamed = {name.rstrip("_"): value for name, value in params.items()}
    return parse_query(renamed, time_zone=BERLIN)


def problem(**params: str) -> tuple[str, str]:
    with pytest.raises(InvalidReportQueryError) as refused:
        parse(**params)
    return refused.value.problems[0].field, refused.value.problems[0].code


def test_nothing_asked_means_the_default_rule_over_all_days_now() -> None:
    assert parse() == ReportQuery()


def test_every_parameter_is_read() -> None:
    query = parse(
        rule="linear", lookback_days="30", date_basis="touch", from_="2026-01-01", to="2026-03-31",
        contact_mode="primary", channel="sms", campaign="Trial win-back", by="message",
        goal="lead", currency="eur", limit="5",
    )  # fmt: skip
    assert query == ReportQuery(
        rule="linear", lookback_days=30, date_basis="touch", starts_on=date(2026, 1, 1),
        ends_on=date(2026, 3, 31), contact_mode="primary", channel="sms", campaign="Trial win-back",
        by="message", goal="lead", currency="EUR", limit=5,
    )  # fmt: skip


def test_what_was_given_comes_back_by_its_outside_names() -> None:
    params = {"rule": "linear@3", "from": "2026-01-01", "as_of": "2026-06-30T10:00:00+00:00"}
    assert parse_query(params, time_zone=BERLIN).given == params
    assert ReportQuery().given == {}
    assert parse(date_basis="touch").given == {"date_basis": "touch"}


def test_an_as_of_day_includes_that_day_in_the_organisations_time_zone() -> None:
    assert parse(as_of="2026-06-30").as_of == datetime(2026, 6, 30, 21, 59, 59, 999999, UTC)


def test_an_as_of_moment_may_have_lost_its_plus_sign_on_the_way() -> None:
    assert parse(as_of="2026-06-30T12:00:00 02:00").as_of == datetime(2026, 6, 30, 10, tzinfo=UTC)


def test_lifetime_is_a_lookback() -> None:
    assert parse(lookback_days="lifetime").lookback_days == "lifetime"


@pytest.mark.parametrize("text", ["0", "-1", "forever", "4000", "１２"])
def test_a_lookback_that_is_no_number_of_days_is_refused(text: str) -> None:
    assert problem(lookback_days=text) == ("lookback_days", "not-a-lookback")


def test_an_unknown_date_basis_is_refused() -> None:
    assert problem(date_basis="moon") == ("date_basis", "unknown-value")


def test_an_unknown_contact_mode_is_refused() -> None:
    assert problem(contact_mode="everybody") == ("contact_mode", "unknown-value")


def test_a_day_that_does_not_exist_is_refused() -> None:
    assert problem(from_="2026-02-30") == ("from", "not-a-date")


@pytest.mark.parametrize("text", ["yesterday", "9999-99-99", "2026-06-30T25:00"])
def test_a_moment_that_does_not_exist_is_refused(text: str) -> None:
    assert problem(as_of=text) == ("as_of", "not-a-moment")


def test_a_report_cannot_end_before_it_starts() -> None:
    assert problem(from_="2026-03-01", to="2026-02-01") == ("to", "ends-before-start")


def test_every_wrong_parameter_is_named_at_once() -> None:
    with pytest.raises(InvalidReportQueryError) as refused:
        parse(lookback_days="x", from_="x", date_basis="x")
    assert {one.field for one in refused.value.problems} == {"lookback_days", "from", "date_basis"}


def test_an_undated_fact_belongs_only_to_all_days() -> None:
    assert parse().covers(None)
    assert not parse(from_="2026-01-01").covers(None)


def test_days_include_both_ends() -> None:
    query = parse(from_="2026-01-01", to="2026-01-31")
    days = [date(2025, 12, 31), date(2026, 1, 1), date(2026, 1, 31), date(2026, 2, 1)]
    assert [query.covers(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(("name", "code"), [("by", "unknown-value"), ("goal", "unknown-value")])
def test_an_unknown_choice_is_refused(name: str, code: str) -> None:
    assert problem(**{name: "moon"}) == (name, code)


@pytest.mark.parametrize("text", ["0", "1001", "many", "-3"])
def test_a_limit_that_is_no_number_of_rows_is_refused(text: str) -> None:
    assert problem(limit=text) == ("limit", "not-a-limit")


def test_a_currency_that_is_no_code_is_refused() -> None:
    assert problem(currency="euros") == ("currency", "not-a-currency")

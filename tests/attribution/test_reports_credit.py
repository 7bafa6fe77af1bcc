"""Reports read the running sums in the grain that tells their days apart."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import CreditEntry
from attribution.reports.credit import Cell, cohort_cells, credit_cells, dated_cells
from attribution.reports.query import ReportQuery
from attribution.reports.scope import Scope, scope_of
from campaigns.models import Send
from tests.attribution.builders import NOW, a_deal, a_tap, days_ago, make_identity, settle
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAYS = {"starts_on": days_ago(15).date(), "ends_on": days_ago(2).date()}
MAY = {"starts_on": date(2026, 5, 20), "ends_on": date(2026, 5, 20)}


def a_scope(**query: Any) -> Scope:
    return scope_of(ReportQuery(**query), now=NOW)


def earned(cells: list[Cell], kind: str = "win") -> list[int]:
    """Return what the rows of a goal earned, in minor units."""
    return sorted(cell.amount_minor for cell in cells if cell.kind == kind)


def the_cells(scope: Scope, by: Any = "send", basis: str = "outcome") -> list[Cell]:
    return credit_cells(scope, scope.rule, by=by, basis=basis)


@pytest.mark.parametrize(
    ("by", "amounts"),
    [
        ("channel", [333_333, 666_667]),
        ("campaign", [333_333, 333_333, 333_334]),
        ("send", [333_333, 333_333, 333_334]),
        ("message", [1_000_000]),
        ("link", [1_000_000]),
        ("audience", [333_333, 666_667]),
    ],
)
def test_credit_by_every_dimension(by: str, amounts: list[int]) -> None:
    tell_story()
    Send.objects.update(audience="Lapsed")

    assert earned(the_cells(a_scope(), by)) == amounts


@pytest.mark.parametrize("as_of", [None, NOW + HOUR])
@pytest.mark.parametrize(
    ("basis", "days", "amounts"),
    [
        ("outcome", DAYS, [333_333, 333_333, 333_334]),
        ("outcome", {"starts_on": days_ago(1).date()}, []),
        ("touch", DAYS, [333_333]),
        ("touch", {"ends_on": days_ago(30).date()}, [333_333, 333_334]),
        ("cohort", MAY, [333_333, 333_334]),
        ("cohort", {}, [333_333, 333_333, 333_334]),
    ],
)
def test_days_are_cut_on_the_basis_now_and_in_the_past(
    basis: str, days: dict[str, date], amounts: list[int], as_of: Any
) -> None:
    tell_story()

    assert earned(the_cells(a_scope(as_of=as_of, **days), basis=basis)) == amounts


def test_what_nobody_earned_has_no_touch_and_belongs_to_all_days_only() -> None:
    a_deal(amount_minor=100_00, won=1)
    settle()

    assert earned(the_cells(a_scope(), basis="touch")) == [100_00]
    assert earned(the_cells(a_scope(**DAYS), basis="touch")) == []
    assert earned(the_cells(a_scope(**MAY), basis="cohort")) == []


@pytest.mark.parametrize("as_of", [None, NOW + HOUR])
def test_credit_day_by_day(as_of: Any) -> None:
    tell_story()
    scope = a_scope(as_of=as_of)

    by_touch = dated_cells(scope, scope.rule, by="send", basis="touch")
    by_outcome = dated_cells(scope, scope.rule, by="channel", basis="outcome")

    assert {day: cell.amount_minor for day, cell in by_touch if cell.kind == "win"} == {
        days_ago(40).date(): 333_334, days_ago(30).date(): 333_333, days_ago(12).date(): 333_333,
    }  # fmt: skip
    assert {day for day, cell in by_outcome if cell.kind == "win"} == {days_ago(2).date()}


@pytest.mark.parametrize("as_of", [None, NOW + HOUR])
def test_cohorts_are_the_touchs_month_by_months_until_the_outcome(as_of: Any) -> None:
    tell_story()
    scope = a_scope(as_of=as_of)

    cells = cohort_cells(scope, scope.rule, by="campaign")
    found = {(month, months): 0 for month, months, _ in cells}
    for month, months, cell in cells:
        found[month, months] += cell.amount_minor if cell.kind == "win" else 0
    assert found == {(date(2026, 5, 1), 1): 666_667, (date(2026, 6, 1), 0): 333_333}


def test_cohorts_count_months_over_the_turn_of_a_year() -> None:
    ann = make_identity()
    a_tap(ann, days=200)  # November 27 of the year before
    a_deal(amount_minor=100_00, created=140, won=140, people=(ann,))  # January 26
    settle()
    scope = a_scope()

    assert {(month, months) for month, months, _ in cohort_cells(scope, scope.rule, by="send")} == {
        (date(2025, 11, 1), 2)
    }


@pytest.mark.parametrize("days", [{}, DAYS])
@pytest.mark.parametrize("basis", ["outcome", "touch", "cohort"])
def test_a_what_if_answers_like_the_sums(basis: str, days: dict[str, date]) -> None:
    tell_story()
    given = a_scope(**days)
    what_if = a_scope(contact_mode="roles", **days)
    assert what_if.is_what_if

    assert sorted(map(str, the_cells(what_if, basis=basis))) == sorted(
        map(str, the_cells(given, basis=basis))
    )
    for by_date in (
        lambda scope: dated_cells(scope, scope.rule, by="audience", basis="touch"),
        lambda scope: cohort_cells(scope, scope.rule, by="channel"),
    ):
        assert sorted(map(str, by_date(what_if))) == sorted(map(str, by_date(given)))


def test_filters_keep_a_channel_and_a_campaign() -> None:
    story = tell_story()
    campaign = str(story.june.campaign_id)

    assert earned(the_cells(a_scope(channel="email"))) == [333_333]
    assert earned(the_cells(a_scope(campaign=campaign))) == [333_334]
    assert earned(the_cells(a_scope(campaign=campaign, channel="email"))) == []


@pytest.mark.parametrize("days", [{}, DAYS])
def test_the_present_reads_no_entry(days: dict[str, date]) -> None:
    tell_story()
    scope = a_scope(**days)

    with CaptureQueriesContext(connection) as queries:
        for basis in ("outcome", "touch", "cohort"):
            the_cells(scope, basis=basis)
        dated_cells(scope, scope.rule, by="send", basis="outcome")
        cohort_cells(scope, scope.rule, by="send")

    assert len(queries) == 5
    assert not any(CreditEntry._meta.db_table in query["sql"] for query in queries)

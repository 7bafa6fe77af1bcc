"""First, middle, last and only touches, worked out by hand from the story."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.models import CreditRule
from attribution.reports import positions
from attribution.reports.query import InvalidReportQueryError, ReportQuery
from attribution.reports.report import Report
from tests.attribution.builders import NOW, a_deal, a_tap, days_ago, make_identity, settle
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[Any]:
    return positions.build(ReportQuery(**asked), now=NOW)


def queries() -> int:
    with CaptureQueriesContext(connection) as captured:
        build()
    return len(captured)


def more_deals(number: int) -> None:
    for place in range(number):
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=20)
        a_deal(created=8, won=3, people=(someone,))
    settle()


def places(**asked: Any) -> dict[str, tuple[int, ...]]:
    """Return each row's first, middle, last and only touches, and its outcomes."""
    rows = {row.name.name: row.places for row in build(**asked).rows}
    return {
        name: (one.first, one.middle, one.last, one.only, one.outcomes)
        for name, one in rows.items()
    }


def test_sms_opens_and_closes_and_email_stands_between() -> None:
    tell_story()
    assert places() == {"SMS": (1, 0, 1, 0, 1), "Email": (0, 1, 0, 0, 1)}


def test_what_each_place_earned_adds_up_to_the_revenue() -> None:
    tell_story()
    report = build(rule="position")
    sms, email = (row.places for row in report.rows)
    assert (sms.first_minor, sms.last_minor, email.middle_minor) == (4000_00, 4000_00, 2000_00)
    assert report.total is not None
    assert report.total.places.amount_minor == 10_000_00
    assert report.total.places.micro == 1_000_000


def test_the_total_counts_each_outcome_once() -> None:
    tell_story()
    total = build().total
    assert total is not None
    assert (total.places.outcomes, total.places.first, total.places.middle) == (1, 1, 1)


def test_a_single_touch_is_the_only_one() -> None:
    more_deals(1)
    assert places() == {"SMS": (0, 0, 0, 1, 1)}


def test_rows_can_be_sends_with_the_campaign_they_are_part_of() -> None:
    tell_story()
    assert places(by="send") == {
        "Send trial-june": (1, 0, 0, 0, 1),
        "Send trial-july": (0, 0, 1, 0, 1),
        "No send": (0, 1, 0, 0, 1),
    }


def test_the_journey_of_an_opportunity_ends_at_its_creation() -> None:
    story = tell_story()
    a_tap(story.ada, days=5)
    settle()
    assert places(goal="opportunity")["SMS"] == (1, 0, 1, 0, 1)
    assert places(goal="win")["SMS"] == (1, 1, 1, 0, 1)


def test_a_channel_keeps_its_places_in_whole_journeys() -> None:
    tell_story()
    assert places(channel="email") == {"Email": (0, 1, 0, 0, 1)}


def test_days_are_those_of_the_outcome() -> None:
    tell_story()
    assert places(starts_on=days_ago(2).date()) != {}
    assert places(ends_on=days_ago(3).date()) == {}


def test_as_of_a_past_moment_shows_what_was_posted_by_then() -> None:
    tell_story()
    assert places(as_of=NOW) == places()
    assert places(as_of=days_ago(1)) == {}


def test_a_what_if_divides_the_journeys_on_the_fly() -> None:
    tell_story()
    report = build(lookback_days=30)
    assert report.definitions.what_if
    got = {row.name.name: (row.places.first, row.places.last) for row in report.rows}
    assert got == {"Email": (1, 0), "SMS": (0, 1)}
    assert [row.places.amount_minor for row in report.rows] == [5000_00, 5000_00]


def test_journeys_that_no_rule_holds_have_no_past() -> None:
    tell_story()
    CreditRule.objects.filter(slug="linear").update(lookback_days=30)
    assert places(rule="first")["SMS"][0] == 1
    with pytest.raises(InvalidReportQueryError, match="does not know"):
        build(rule="first", as_of=NOW)


def test_it_costs_the_same_number_of_queries_with_2_deals_and_with_20() -> None:
    tell_story()
    few = queries()
    more_deals(18)
    assert queries() == few

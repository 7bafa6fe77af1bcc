"""Sourced outcomes come from running sums and are those that the journeys say."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import sourced_influenced
from attribution.reports.query import ReportQuery
from attribution.reports.scope import Scope, scope_of
from attribution.reports.sourced import (
    Sourced,
    distinct_count,
    has_sums,
    lead_sources,
    sourced_cells,
)
from campaigns.models import Channel
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_tap,
    days_ago,
    make_identity,
    rule,
    settle,
)
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def a_scope(**query: Any) -> Scope:
    return scope_of(ReportQuery(**query), now=NOW)


def by_slug(scope: Scope, goal: str = "win") -> dict[str, Sourced]:
    names = dict(Channel.objects.values_list("pk", "slug"))
    return {names[key]: row for key, row in sourced_cells(scope, goal=goal, by="channel").items()}


def a_tap_after_the_deal_was_created() -> None:
    """Win 100.00 with one touch that came after sales had opened the deal."""
    ben = make_identity(value="ben@acme.example")
    a_tap(ben, days=5)
    a_deal(amount_minor=100_00, created=10, won=1, people=(ben,), lead_source="Trade show")
    settle()


def test_the_row_of_the_first_touch_sourced_the_outcome() -> None:
    tell_story()

    assert by_slug(a_scope()) == {
        "sms": Sourced(1, 1_000_000, 1, 1_000_000, 1, 1_000_000),
        "email": Sourced(0, 0, 0, 0, 1, 1_000_000),
    }


def test_a_first_touch_after_sales_began_sourced_nothing_before_sales() -> None:
    a_tap_after_the_deal_was_created()

    assert by_slug(a_scope())["sms"] == Sourced(1, 100_00, 0, 0, 1, 100_00)


def test_an_earlier_touch_takes_over_what_was_sourced() -> None:
    ann = make_identity()
    a_tap(ann, days=20)
    a_deal(amount_minor=100_00, created=10, won=1, people=(ann,))
    settle()
    a_tap(ann, days=30, channel="email")
    settle()

    rows = by_slug(a_scope())
    assert (rows["sms"].first_count, rows["email"].first_count) == (0, 1)
    assert (rows["sms"].first_minor, rows["email"].first_minor) == (0, 100_00)


def test_days_are_those_of_the_outcome() -> None:
    tell_story()

    assert by_slug(a_scope(starts_on=days_ago(1).date())) == {}
    assert set(by_slug(a_scope(starts_on=days_ago(2).date()))) == {"sms", "email"}


@pytest.mark.parametrize("goal", ["win", "opportunity", "lead"])
def test_distinct_outcomes_count_once(goal: str) -> None:
    tell_story()

    assert distinct_count(a_scope(), goal=goal) == 1
    assert distinct_count(a_scope(channel="email"), goal=goal) == 1


def test_lead_sources_are_those_of_outcomes_on_the_days() -> None:
    a_tap_after_the_deal_was_created()

    assert lead_sources(a_scope(), goal="win") == {"Trade show": (1, 100_00)}
    assert lead_sources(a_scope(ends_on=days_ago(2).date()), goal="win") == {}
    assert lead_sources(a_scope(starts_on=NOW.date()), goal="win") == {}


def test_the_past_other_journeys_and_audiences_in_a_channel_have_no_sums() -> None:
    tell_story()
    linear = rule("linear")

    assert has_sums(a_scope(), linear, by="channel")
    assert not has_sums(a_scope(as_of=NOW), linear, by="channel")
    assert not has_sums(a_scope(), rule("first"), by="channel")
    assert not has_sums(a_scope(), None, by="channel")
    assert not has_sums(a_scope(lookback_days=7), linear, by="channel")
    assert not has_sums(a_scope(channel="sms"), linear, by="audience")


@pytest.mark.parametrize("by", ["channel", "campaign", "send", "message", "link", "audience"])
@pytest.mark.parametrize("asked", [{}, {"starts_on": days_ago(2).date()}, {"goal": "opportunity"}])
def test_the_report_says_the_same_from_sums_as_from_journeys(
    by: Any, asked: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_story()
    a_tap_after_the_deal_was_created()
    query = ReportQuery(by=by, **asked)
    from_sums = sourced_influenced.build(query, now=NOW)
    monkeypatch.setattr(sourced_influenced, "has_sums", lambda *_, **__: False)

    from_journeys = sourced_influenced.build(query, now=NOW)

    assert from_sums.rows == from_journeys.rows
    assert from_sums.total == from_journeys.total


@pytest.mark.parametrize("number", [2, 20])
def test_any_number_of_outcomes_is_read_in_one_query(number: int) -> None:
    ann = make_identity()
    a_tap(ann, days=30)
    for _ in range(number):
        a_deal(created=10, won=1, people=(ann,))
    settle()
    scope = a_scope()

    with CaptureQueriesContext(connection) as queries:
        [row] = sourced_cells(scope, goal="win", by="send").values()

    assert row.first_count == number
    assert len(queries) == 1

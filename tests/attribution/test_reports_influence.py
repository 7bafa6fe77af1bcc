"""The reports' view of who took part: open stock, days, filters, medians and the past."""

from datetime import timedelta
from decimal import Decimal
from statistics import median

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports.influence import (
    Influence,
    distinct_influence,
    influence_by,
    open_pipeline_influenced,
    shared_opportunity_count,
)
from attribution.reports.query import ReportQuery
from attribution.reports.scope import Scope, scope_of
from attribution.services import make_default, retire_rule
from campaigns.models import Channel
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    rule,
    settle,
)
from tests.attribution.story import a_live_send, tell_story

pytestmark = pytest.mark.django_db


def a_scope(**query: object) -> Scope:
    return scope_of(ReportQuery(**query), now=NOW)


def sms() -> Channel:
    return Channel.objects.get(slug="sms")


def deals_after(*days: float) -> None:
    """Make a deal per number of days, created that long after the tap of its own person."""
    for number, lag in enumerate(days):
        ann = make_identity(value=f"{number}@acme.example")
        a_tap(ann, days=60)
        a_deal(created=60 - lag, people=(ann,))
    settle()


def test_a_row_has_its_outcomes_in_full() -> None:
    story = tell_story()

    assert influence_by("send", a_scope())[story.june.pk] == Influence(
        lead_count=1, opportunity_count=1, opportunity_minor=1_000_000, win_count=1,
        win_minor=1_000_000, days_to_opportunity=Decimal("30.0"), days_to_win=Decimal("8.0"),
    )  # fmt: skip


def test_open_pipeline_is_a_stock_whatever_the_days() -> None:
    ann = make_identity()
    a_tap(ann, days=30)
    a_deal(amount_minor=100_00, created=20, people=(ann,))
    settle()

    [row] = influence_by("channel", a_scope(starts_on=days_ago(5).date())).values()
    assert (row.open_count, row.open_minor, row.opportunity_count) == (1, 100_00, 0)


def test_a_lost_deal_leaves_open_pipeline_and_stays_in_what_was_created() -> None:
    ann = make_identity()
    a_tap(ann, days=30)
    deal = a_deal(amount_minor=100_00, created=20, people=(ann,))
    settle()
    change_deal(deal, outcome="lost", closed_at=NOW)

    [row] = influence_by("channel", a_scope(starts_on=days_ago(25).date())).values()
    assert (row.open_minor, row.opportunity_minor, row.lost_minor) == (0, 100_00, 100_00)


def test_outcomes_are_of_the_reports_days() -> None:
    story = tell_story()
    won = days_ago(2).date()

    row = influence_by("send", a_scope(starts_on=won, ends_on=won))[story.june.pk]
    assert (row.lead_count, row.opportunity_count, row.win_count) == (0, 0, 1)
    assert (row.days_to_opportunity, row.days_to_win) == (None, Decimal("8.0"))


@pytest.mark.parametrize("by", ["channel", "campaign", "send", "audience"])
def test_a_filter_keeps_the_rows_of_its_channel_and_campaign(by: str) -> None:
    story = tell_story()
    whole = influence_by(by, a_scope())
    by_channel = influence_by(by, a_scope(channel="sms"))
    by_campaign = influence_by(by, a_scope(campaign=str(story.june.campaign_id)))
    both = influence_by(by, a_scope(channel="sms", campaign=str(story.june.campaign_id)))

    assert len(whole) > len(by_channel) >= len(by_campaign) == len(both) == 1 or by == "audience"
    assert {row.win_minor for row in (*by_channel.values(), *both.values())} == {1_000_000}


def test_an_audience_within_a_channel_counts_an_outcome_once() -> None:
    june, july = (a_live_send(name, audience="Lapsed") for name in ("june", "july"))
    ann = make_identity()
    a_tap(ann, days=12, send=june, campaign=june.campaign)
    a_tap(ann, days=11, send=july, campaign=july.campaign)
    a_deal(created=7, people=(ann,))
    settle()

    rows = influence_by("audience", a_scope(channel="sms"))
    assert {name: row.opportunity_count for name, row in rows.items()} == {"Lapsed": 1}


@pytest.mark.parametrize(
    "query", [{}, {"channel": "sms"}, {"starts_on": days_ago(50).date()}, {"as_of": NOW}]
)
def test_distinct_outcomes_count_once(query: dict[str, object]) -> None:
    tell_story()

    row = distinct_influence(a_scope(**query))
    assert (row.win_count, row.win_minor) == (1, 1_000_000)


def test_distinct_outcomes_of_a_campaign_are_its_own() -> None:
    story = tell_story()
    campaign = str(story.june.campaign_id)

    assert distinct_influence(a_scope(campaign=campaign)).win_count == 1
    assert distinct_influence(a_scope(campaign=campaign, channel="email")).win_count == 0


def test_the_past_is_read_from_the_entries() -> None:
    story = tell_story()
    now = influence_by("send", a_scope())[story.june.pk]

    past = influence_by("send", a_scope(as_of=NOW + timedelta(hours=1)))
    before = influence_by("send", a_scope(as_of=days_ago(1)))

    assert past[story.june.pk] == now
    assert before == {}


def test_a_deal_closed_since_was_open_then() -> None:
    ann = make_identity()
    a_tap(ann, days=30)
    deal = a_deal(amount_minor=100_00, created=20, people=(ann,))
    settle()
    change_deal(deal, outcome="lost", closed_at=NOW + timedelta(days=2))

    [row] = influence_by("channel", a_scope(as_of=NOW + timedelta(days=1))).values()
    assert (row.open_minor, row.lost_count) == (100_00, 0)


def test_without_a_rule_that_credits_all_touches_there_is_nothing() -> None:
    tell_story()
    make_default(rule=rule("first"))
    retire_rule(rule=rule("linear"), now=NOW)

    assert influence_by("channel", a_scope()) == {}
    assert distinct_influence(a_scope()) == Influence()


@pytest.mark.parametrize("days", [(4.0,), (1.0, 9.0), (1.0, 2.0, 30.0), (0.0, 0.3, 10.0, 50.0)])
def test_few_durations_have_their_exact_median(days: tuple[float, ...]) -> None:
    deals_after(*days)

    [row] = influence_by("channel", a_scope()).values()
    assert row.days_to_opportunity == Decimal(median(days)).quantize(Decimal("0.1"))


def test_many_durations_have_a_median_within_their_bucket() -> None:
    days = [20 + 0.5 * each for each in range(40)]
    deals_after(*days)

    [row] = influence_by("channel", a_scope()).values()
    assert float(row.days_to_opportunity or 0) == pytest.approx(median(days), rel=0.02)


def test_open_pipeline_of_a_channel_counts_each_deal_once() -> None:
    ann = make_identity()
    a_tap(ann, days=30)
    a_tap(ann, days=29)
    a_deal(amount_minor=100_00, created=20, people=(ann,))
    a_deal(amount_minor=50_00, created=20, outcome="lost", people=(ann,))
    settle()

    assert open_pipeline_influenced(sms()) == 100_00


def test_opportunities_that_channels_share_are_counted() -> None:
    assert shared_opportunity_count() == 0
    deals_after(5)
    tell_story()

    assert shared_opportunity_count() == 1


@pytest.mark.parametrize("number", [2, 20])
def test_any_number_of_outcomes_is_read_in_two_queries(number: int) -> None:
    deals_after(*range(1, number + 1))
    scope = a_scope(channel="sms", starts_on=days_ago(90).date())

    with CaptureQueriesContext(connection) as queries:
        [row] = influence_by("channel", scope).values()

    assert row.opportunity_count == number
    assert len(queries) == 2

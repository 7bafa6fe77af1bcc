"""What the figures say: every insight with its evidence, and silence without any."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.data_quality import refresh_findings
from attribution.insights import Insight, insights
from attribution.reports.query import ReportQuery
from campaigns.models import Send
from links.models import LinkAlert
from tests.attribution.builders import NOW, a_deal, a_tap, days_ago, make_identity, settle
from tests.attribution.story import a_live_send, a_spend, tell_story
from tests.links.builders import make_domain, make_link
from tracking.models import ClickTotal

pytestmark = pytest.mark.django_db


def told(**asked: Any) -> dict[str, Insight]:
    return {one.code: one for one in insights(ReportQuery(**asked), now=NOW).results}


def a_tapped_send(name: str, taps: int) -> Send:
    """Return a send to 200 people that some tapped."""
    send = a_live_send(name)
    link = make_link(make_domain(host=f"{name}.example"), send=send)
    ClickTotal.objects.create(link=link, date=NOW.date(), human_count=taps)
    return send


def test_nothing_is_said_without_figures() -> None:
    assert told() == {}


def test_a_send_that_cost_money_and_brought_no_lead_is_named() -> None:
    story = tell_story()
    quiet = a_live_send("quiet")
    a_spend(quiet, 70_00)
    found = told()["spend_without_lead"]
    assert (found.send_id, found.kind) == (quiet.pk, "finding")
    assert ("Spend", "$70.00") in found.evidence
    assert story.june.pk != found.send_id


def test_a_send_out_for_less_than_a_week_has_time_for_its_leads() -> None:
    quiet = a_live_send("quiet")
    a_spend(quiet, 70_00)
    Send.objects.filter(pk=quiet.pk).update(live_at=NOW - timedelta(days=6))
    assert "spend_without_lead" not in told()


def test_a_tap_rate_below_half_the_median_is_low() -> None:
    for place, taps in enumerate((20, 22, 24)):
        a_tapped_send(f"usual-{place}", taps)
    low = a_tapped_send("low", 10)
    found = told()["low_tap_rate"]
    assert found.send_id == low.pk
    assert found.evidence[:2] == (("Tap rate", "5.0 %"), ("Median tap rate", "10.5 %"))


def test_half_the_median_is_not_low_and_three_sends_are_too_few() -> None:
    for place, taps in enumerate((10, 20, 20)):
        a_tapped_send(f"usual-{place}", taps)
    assert "low_tap_rate" not in told()
    a_tapped_send("fourth", 20)
    assert "low_tap_rate" not in told()


def test_the_channel_whose_share_depends_most_on_the_rule_is_named() -> None:
    tell_story()
    found = told()["rules_disagree"]
    assert found.evidence == (
        ("Share under last_non_direct", "100.0 %"),
        ("Share under linear", "66.7 %"),
    )
    assert "reports/rules" in found.query


def test_rules_that_agree_are_not_worth_a_word() -> None:
    someone = make_identity(value="bo@other.example")
    a_tap(someone, days=20)
    a_deal(created=8, won=3, people=(someone,))
    settle()
    assert "rules_disagree" not in told()


def test_revenue_that_nobody_earns_is_told_when_its_share_grows() -> None:
    someone = make_identity(value="bo@other.example")
    a_tap(someone, days=80)
    for _ in range(3):
        a_deal(created=50, won=40, people=(someone,))
        a_deal(created=20, won=10)
    settle()
    found = told()["unattributed_growing"]
    assert found.evidence == (
        ("Unattributed, last 30 days", "100.0 %"),
        ("Unattributed, 30 days before", "0.0 %"),
    )
    assert "from=2026-05-17" in found.query


def test_two_wins_are_too_few_for_a_share() -> None:
    for _ in range(2):
        a_deal(created=50, won=40)
        a_deal(created=20, won=10)
    settle()
    assert "unattributed_growing" not in told()


def test_broken_links_and_deals_without_a_person_are_repeated_with_their_money() -> None:
    LinkAlert.objects.create(link=make_link(make_domain()), opened_at=NOW)
    a_deal(amount_minor=70_00)
    settle()
    refresh_findings(now=NOW - timedelta(days=2))
    found = told()
    assert found["broken_links"].evidence == (("Rows", "1"), ("Days", "2"))
    assert ("Money at stake", "$70.00") in found["deal_without_contacts"].evidence
    assert "reports/data-quality" in found["broken_links"].query


def test_the_send_that_earned_most_for_its_cost_is_worth_repeating() -> None:
    story = tell_story()
    a_spend(story.july, 1000_00)
    found = told()["repeat_send"]
    assert (found.send_id, found.kind) == (story.june.pk, "recommendation")
    assert ("ROAS", "33.33") in found.evidence


def test_a_send_that_lost_money_is_not_worth_repeating() -> None:
    story = tell_story()
    a_spend(story.june, 9_000_00, external_id="more", days=19)
    assert "repeat_send" not in told()


def test_the_same_figures_say_the_same_in_the_same_order() -> None:
    tell_story()
    for name in ("b", "a"):
        a_spend(a_live_send(name), 70_00)
    first = [one.for_json() for one in insights(ReportQuery(), now=NOW).results]
    again = [one.for_json() for one in insights(ReportQuery(), now=NOW).results]
    assert first == again
    assert [one["title"] for one in first if one["code"] == "spend_without_lead"] == [
        "“Send a” cost money and brought no lead",
        "“Send b” cost money and brought no lead",
    ]


def test_every_insight_has_evidence_and_a_query() -> None:
    tell_story()
    a_spend(a_live_send("quiet"), 70_00)
    results = insights(ReportQuery(), now=NOW).results
    assert results
    assert all(one.evidence and one.query.startswith("/api/v1/reports/") for one in results)


def test_it_costs_the_same_number_of_queries_with_2_sends_and_with_20() -> None:
    tell_story()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            told()
        return len(captured)

    few = queries()
    for place in range(18):
        a_spend(a_live_send(f"more-{place}"), 70_00, days=days_ago(0).day)
    assert queries() == few

"""All channels under one rule: the figures, the shares, spend without a send."""

from decimal import Decimal

import pytest

from attribution.reports import channels
from attribution.reports.channels import ChannelRow
from attribution.reports.query import ReportQuery
from campaigns.models import Channel
from tests.attribution.builders import NOW, change_deal
from tests.attribution.story import a_spend, tell_story

pytestmark = pytest.mark.django_db


def rows(rule: str = "") -> dict[str, ChannelRow]:
    report = channels.build(ReportQuery(rule=rule), now=NOW)
    return {row.slug: row for row in report.rows}


def test_two_of_three_touches_were_sms() -> None:
    tell_story()
    found = rows()
    assert found["sms"].metrics.revenue_minor == 6666_67
    assert found["email"].metrics.revenue_minor == 3333_33


def test_the_shares_are_of_all_attributed_revenue() -> None:
    tell_story()
    assert rows()["sms"].revenue_share == Decimal("0.666667")


def test_every_channel_is_measured_under_the_rule_asked_for() -> None:
    tell_story()
    found = rows("last")
    assert found["sms"].metrics.revenue_minor == 10_000_00
    assert found["email"].metrics.revenue_minor == 0


def test_spend_that_names_no_send_counts_for_its_channel() -> None:
    tell_story()
    a_spend(None, 50_00, channel=Channel.objects.get(slug="email"), platform="mailer")
    found = rows()
    assert (found["sms"].metrics.spend_minor, found["email"].metrics.spend_minor) == (100_00, 50_00)


def test_the_planned_recipients_of_live_sends_reach_their_channel() -> None:
    tell_story()
    assert rows()["sms"].metrics.recipients == 400


def test_a_channel_that_neither_cost_nor_earned_is_left_out() -> None:
    tell_story()
    assert set(rows()) == {"sms", "email"}


def test_the_total_is_what_the_ledger_attributed() -> None:
    tell_story()
    report = channels.build(ReportQuery(), now=NOW)
    assert report.total is not None
    assert report.total.metrics.revenue_minor == 10_000_00
    assert report.total.metrics.influenced_minor is None


def test_an_opportunity_touched_twice_by_a_channel_is_influenced_once() -> None:
    story = tell_story()
    change_deal(story.deal, outcome="open", closed_at=None)
    assert rows()["sms"].metrics.influenced_minor == 10_000_00

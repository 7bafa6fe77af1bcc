"""The send report by campaign, message, link, audience and channel, worked out by hand."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import sends
from attribution.reports.dimension_rows import DimensionRow
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from campaigns.models import Campaign, Message, Send
from links.models import RecipientLink
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, settle
from tests.attribution.story import a_live_send, tell_story
from tests.links.builders import make_domain, make_link
from tracking.models import ClickTotal

pytestmark = pytest.mark.django_db


def build(by: str, **asked: Any) -> Report[DimensionRow]:
    return sends.build(ReportQuery(by=by, **asked), now=NOW)  # type: ignore[arg-type]


def rows(by: str, **asked: Any) -> dict[str, DimensionRow]:
    return {row.name.name: row for row in build(by, **asked).rows}


def test_a_campaign_adds_up_its_sends() -> None:
    story = tell_story()
    summer = Campaign.objects.create(name="Summer")
    Send.objects.all().update(campaign=summer)
    found = rows("campaign")
    one = found[story.june.campaign.name].metrics  # The touches keep the campaign they came by
    assert (one.revenue_minor, one.leads_micro) == (3333_34, 333_334)
    assert found["Summer"].metrics.recipients == 400


def test_the_rows_add_up_to_all_that_was_attributed() -> None:
    tell_story()
    for by in ("campaign", "message", "link", "audience", "channel"):
        total = build(by).total
        assert total is not None
        assert total.metrics.revenue_minor == 10_000_00


def test_an_audience_is_what_its_sends_call_it() -> None:
    story = tell_story()
    Send.objects.filter(pk=story.june.pk).update(audience="Trials")
    found = rows("audience")
    assert found["Trials"].metrics.revenue_minor == 3333_34
    assert (found["Trials"].metrics.spend_minor, found["Trials"].metrics.recipients) == (
        100_00,
        200,
    )
    assert found["No audience"].metrics.revenue_minor == 6666_66


def test_a_message_has_its_own_recipients_and_taps() -> None:
    story = tell_story()
    message = Message.objects.create(send=story.june, body="Hello there", utm_content="a")
    link = make_link(make_domain(), send=story.june, message=message)
    RecipientLink.objects.create(link=link, suffix="aaaaaa", phone_hash="1")
    ClickTotal.objects.create(link=link, date=NOW.date(), human_count=3, machine_count=2)
    a_tap(story.ada, days=6, send=story.june, message=message, link=link)
    settle()
    for by, name in (("message", "a"), ("link", str(link))):
        row = rows(by)[name]
        assert row.name.part_of == story.june.name
        assert (row.metrics.recipients, row.metrics.human_taps) == (1, 3)
        assert row.metrics.revenue_minor == 2500_00


def test_messages_and_links_have_no_column_for_what_names_only_the_send() -> None:
    names = {column.name for column in build("link").columns}
    assert {"human_taps", "revenue_attributed"} <= names
    assert not {"spend", "roas", "delivered", "opt_outs"} & names


def test_a_filter_keeps_the_campaigns_links() -> None:
    story = tell_story()
    other = Campaign.objects.create(name="Other")
    july = make_link(make_domain(), send=story.july)
    Send.objects.filter(pk=story.july.pk).update(campaign=other)
    ClickTotal.objects.create(link=july, date=NOW.date(), human_count=3)
    assert set(rows("link", campaign="Other")) == {str(july)}


def test_what_belongs_nowhere_comes_last() -> None:
    tell_story()
    found = build("campaign").rows
    assert [row.key is None for row in found][-1]


@pytest.mark.parametrize("by", ["campaign", "message", "link", "audience", "channel"])
def test_it_costs_the_same_number_of_queries_with_2_rows_and_with_20(by: str) -> None:
    story = tell_story()
    domain = make_domain()
    ClickTotal.objects.create(
        link=make_link(domain, send=story.june), date=NOW.date(), human_count=1
    )

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            build(by)
        return len(captured)

    few = queries()
    for place in range(18):
        send = a_live_send(f"more-{place}", audience=f"Audience {place}")
        link = make_link(domain, send=send, code=f"more{place}")
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=20, send=send, campaign=send.campaign, link=link)
        a_deal(created=8, won=3, people=(someone,))
    settle()
    assert queries() == few

"""Sourced, influenced and attributed on the story, each worked out by hand."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.reports import sourced_influenced
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.sourced_influenced import SourceRow, channel_of
from campaigns.models import Channel
from crm_sync.models import Deal
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, settle
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def build(**asked: Any) -> Report[Any]:
    return sourced_influenced.build(ReportQuery(**asked), now=NOW)


def rows(**asked: Any) -> dict[str, SourceRow]:
    return {row.name.name: row for row in build(**asked).rows}


def test_the_first_touch_sources_every_touch_influences_and_the_rule_attributes() -> None:
    tell_story()
    found = rows()
    sms, email = found["SMS"], found["Email"]
    assert (sms.first, sms.first_minor) == (1, 10_000_00)
    assert (email.first, email.first_minor) == (0, 0)
    assert (sms.influenced, sms.influenced_minor) == (1, 10_000_00)
    assert (email.influenced, email.influenced_minor) == (1, 10_000_00)
    assert (sms.amount_minor, email.amount_minor) == (6666_67, 3333_33)


def test_influenced_money_has_no_total_and_outcomes_count_once() -> None:
    tell_story()
    total = build().total
    assert total is not None
    assert (total.influenced, total.influenced_minor) == (1, None)
    assert (total.first_minor, total.amount_minor, total.micro) == (10_000_00, 10_000_00, 1_000_000)


def test_a_first_touch_after_the_deal_was_created_sourced_nothing_before_sales() -> None:
    ada = make_identity(value="ada@acme.example")
    a_tap(ada, days=5)
    a_deal(amount_minor=100_00, created=10, won=1, people=(ada,))
    settle()
    sms = rows()["SMS"]
    assert (sms.first, sms.before_sales, sms.before_sales_minor) == (1, 0, 0)


def test_a_first_touch_before_the_deal_was_created_sourced_it_in_both_variants() -> None:
    tell_story()
    sms = rows()["SMS"]
    assert (sms.before_sales, sms.before_sales_minor) == (1, 10_000_00)


def test_the_crms_lead_source_stands_beside_the_channel_it_means() -> None:
    story = tell_story()
    Deal.objects.filter(pk=story.deal.pk).update(lead_source="EMAIL_MARKETING")
    found = rows()
    assert (found["Email"].crm, found["Email"].crm_minor) == (1, 10_000_00)
    assert found["SMS"].crm is None


def test_a_lead_source_that_means_no_channel_has_a_row_of_its_own() -> None:
    a_deal(amount_minor=70_00, created=9, won=1, lead_source="Trade show")
    settle()
    (row,) = build().rows
    assert (row.name.name, row.name.part_of) == ("Trade show", "CRM lead source")
    assert (row.crm, row.crm_minor, row.influenced, row.amount_minor) == (1, 70_00, 0, 0)


@pytest.mark.parametrize(
    ("said", "slug"),
    [
        ("PAID_SEARCH", "paid-search"),
        ("Organic Search", "organic-search"),
        ("sms", "sms"),
        ("REFERRALS", "referral"),
        ("OFFLINE", None),
    ],
)
def test_lead_sources_are_read_by_name_or_as_hubspot_calls_them(
    said: str, slug: str | None
) -> None:
    channels = {
        name.casefold(): channel
        for channel in Channel.objects.all()
        for name in (channel.slug, channel.name)
    }
    found = channel_of(said, channels)
    assert (found.slug if found else None) == slug


def test_rows_can_be_sends_without_the_crms_opinion() -> None:
    story = tell_story()
    Deal.objects.filter(pk=story.deal.pk).update(lead_source="SMS")
    found = rows(by="send")
    assert (found["Send trial-june"].first, found["Send trial-july"].first) == (1, 0)
    assert {row.crm for row in found.values()} == {None}


def test_a_channel_can_be_looked_at_alone() -> None:
    tell_story()
    a_deal(amount_minor=70_00, created=9, won=1, lead_source="Trade show")
    settle()
    assert set(rows(channel="email")) == {"Email"}


def test_a_what_if_moves_the_first_touch() -> None:
    tell_story()
    assert rows(lookback_days=30)["Email"].first == 1


def test_it_costs_the_same_number_of_queries_with_2_deals_and_with_20() -> None:
    tell_story()

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            build()
        return len(captured)

    few = queries()
    for place in range(18):
        someone = make_identity(value=f"p{place}@other.example")
        a_tap(someone, days=20)
        a_deal(created=8, won=3, people=(someone,), lead_source=f"Source {place}")
    settle()
    assert queries() == few

"""The send report's figures, worked out by hand from the story and the rules' vectors."""

from decimal import Decimal
from typing import Any

import pytest

from attribution.models import CreditRule
from attribution.reports import sends
from attribution.reports.metrics import Metrics
from attribution.reports.query import InvalidReportQueryError, ReportQuery
from attribution.reports.scope import NoCreditRuleError
from campaigns.models import ExchangeRate, Send, Suppression
from campaigns.public_ids import new_id
from links.models import RecipientLink
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    settle,
)
from tests.attribution.story import a_live_send, a_spend, tell_story
from tests.links.builders import make_domain, make_link
from tracking.models import ClickTotal, Event

pytestmark = pytest.mark.django_db


def rows(**asked: Any) -> dict[str, Metrics]:
    report = sends.build(ReportQuery(**asked), now=NOW)
    return {row.utm_campaign: row.metrics for row in report.rows}


def test_linear_gives_each_of_three_touches_a_third_and_the_cent_to_the_earliest() -> None:
    tell_story()
    found = rows()
    assert found["trial-june"].revenue_minor == 3333_34
    assert found["trial-july"].revenue_minor == 3333_33


def test_position_gives_40_20_40_to_three_touches() -> None:
    tell_story()
    found = rows(rule="position")
    assert (found["trial-june"].revenue_minor, found["trial-july"].revenue_minor) == (
        4000_00,
        4000_00,
    )


def test_time_decay_matches_the_published_vector() -> None:
    ada = make_identity(value="ada@acme.example")
    for days in (90, 40, 12, 2):
        send = a_live_send(f"send-{days}")
        a_tap(ada, days=days, send=send, campaign=send.campaign)
    a_deal(amount_minor=1_000_000, created=0, won=0, people=(ada,))
    settle()
    found = rows(rule="time_decay")
    got = [found[f"send-{days}"].revenue_minor for days in (90, 40, 12, 2)]
    assert got == [559_40, 1775_97, 3391_55, 4273_08]


def test_costs_and_returns_are_divided_by_hand() -> None:
    tell_story()
    june = rows()["trial-june"]
    assert june.leads_micro == 333_334
    assert june.cost_per_lead_minor == 300_00  # 100.00 ÷ 0.333334 = 299.9994
    assert june.roas == Decimal("33.3334")
    assert june.roi == Decimal("32.3334")


def test_a_send_without_spend_has_no_roas() -> None:
    tell_story()
    assert rows()["trial-july"].roas is None


def test_sourced_is_the_first_touch_whatever_the_rule() -> None:
    tell_story()
    found = rows(rule="last")
    assert (found["trial-june"].leads_sourced, found["trial-july"].leads_sourced) == (1, 0)
    assert (found["trial-june"].leads, found["trial-july"].leads) == (0, 1)


def test_medians_run_from_the_first_tap_to_the_opportunity_and_on_to_the_win() -> None:
    tell_story()
    june = rows()["trial-june"]
    assert (june.days_to_opportunity, june.days_to_win) == (Decimal("30.0"), Decimal("8.0"))


def test_open_pipeline_influenced_is_the_full_amount_for_every_touching_send() -> None:
    story = tell_story()
    a_deal(amount_minor=500_00, created=5, people=(story.ada,))
    settle()
    found = rows()
    assert (found["trial-june"].influenced_minor, found["trial-july"].influenced_minor) == (
        500_00,
        500_00,
    )


def test_a_won_deal_is_no_open_pipeline_any_more() -> None:
    tell_story()
    assert rows()["trial-june"].influenced_minor == 0


def test_a_lost_deal_leaves_open_pipeline_and_stays_in_pipeline_created() -> None:
    story = tell_story()
    deal = a_deal(amount_minor=300_00, created=5, people=(story.ada,))
    settle()
    assert rows()["trial-june"].influenced_minor == 300_00
    change_deal(deal, outcome="lost")
    june = rows()["trial-june"]
    assert june.influenced_minor == 0
    assert june.pipeline_minor == 3333_34 + 100_00


def test_the_report_moves_when_a_deal_moves() -> None:
    story = tell_story()
    change_deal(story.deal, amount_minor=600_00)
    assert rows()["trial-june"].revenue_minor == 200_00


def test_days_of_the_outcome_are_cut_on_the_close() -> None:
    tell_story()
    closed_on = days_ago(2).date()
    assert rows(starts_on=closed_on)["trial-june"].revenue_minor == 3333_34
    assert rows(ends_on=days_ago(3).date())["trial-june"].revenue_minor == 0


def test_days_of_the_touch_are_cut_on_the_tap() -> None:
    tell_story()
    day = days_ago(12).date()
    found = rows(date_basis="touch", starts_on=day, ends_on=day)
    assert (found["trial-june"].revenue_minor, found["trial-july"].revenue_minor) == (0, 3333_33)


def test_as_of_a_past_moment_shows_what_was_posted_by_then() -> None:
    story = tell_story()
    change_deal(story.deal, amount_minor=600_00)
    assert rows(as_of=NOW)["trial-june"].revenue_minor == 200_00
    assert rows(as_of=days_ago(1))["trial-june"].revenue_minor == 0


def test_a_lookback_no_rule_has_is_divided_on_the_fly_and_marked() -> None:
    tell_story()
    report = sends.build(ReportQuery(lookback_days=20), now=NOW)
    found = {row.utm_campaign: row.metrics.revenue_minor for row in report.rows}
    assert report.definitions.what_if
    assert found == {"trial-june": 0, "trial-july": 10_000_00}
    assert report.reconciles


def test_a_what_if_posts_nothing() -> None:
    tell_story()
    before = rows()["trial-june"].revenue_minor
    rows(lookback_days=20)
    assert rows()["trial-june"].revenue_minor == before


def test_a_what_if_has_no_past() -> None:
    tell_story()
    with pytest.raises(InvalidReportQueryError, match="present only"):
        rows(lookback_days=20, as_of=NOW)


def test_the_rules_own_lookback_is_no_what_if() -> None:
    tell_story()
    assert not sends.build(ReportQuery(lookback_days=90), now=NOW).definitions.what_if


def test_taps_recipients_deliveries_and_opt_outs_are_counted_per_send() -> None:
    story = tell_story()
    link = make_link(make_domain(), send=story.june)
    ClickTotal.objects.create(link=link, date=NOW.date(), human_count=30, machine_count=7)
    for number in range(3):
        RecipientLink.objects.create(link=link, suffix=f"aaaaa{number}", phone_hash=f"{number}")
    for number in range(2):
        _delivered(story.june, number)
    Suppression.objects.create(
        phone_hash="x", phone_masked="x", send=story.june, suppressed_at=days_ago(1)
    )
    june = rows()["trial-june"]
    assert (june.human_taps, june.machine_taps, june.recipients) == (30, 7, 3)
    assert (june.delivered, june.opt_outs, june.tap_rate) == (2, 1, Decimal(15))


def _delivered(send: Send, number: int) -> None:
    Event.objects.create(
        origin="twilio", event_id=new_id().hex, name="sms-delivered", occurred_at=days_ago(number),
        received_at=NOW, send=send,
    )  # fmt: skip


def test_without_recipient_links_the_planned_recipients_stand() -> None:
    tell_story()
    july = rows()["trial-july"]
    assert (july.recipients, july.delivered) == (200, None)


def test_a_draft_with_nothing_to_show_is_left_out() -> None:
    tell_story()
    Send.objects.filter(utm_campaign="trial-july").update(status="draft")
    a_live_send("trial-august")
    Send.objects.filter(utm_campaign="trial-august").update(status="draft")
    assert set(rows()) == {"trial-june", "trial-july"}


def test_spend_in_another_currency_is_converted_at_its_days_rate() -> None:
    story = tell_story()
    ExchangeRate.objects.create(currency="EUR", date=days_ago(21).date(), rate=Decimal("1.5"))
    a_spend(story.july, 10_00, currency="EUR")
    assert rows()["trial-july"].spend_minor == 15_00


def test_spend_without_a_rate_is_left_out_and_said() -> None:
    story = tell_story()
    a_spend(story.july, 10_00, currency="EUR")
    report = sends.build(ReportQuery(), now=NOW)
    assert any("€10.00 has no exchange rate" in note for note in report.definitions.notes)


def test_spend_that_names_no_send_is_said() -> None:
    tell_story()
    a_spend(None, 25_00)
    report = sends.build(ReportQuery(), now=NOW)
    assert any("$25.00 names no send" in note for note in report.definitions.notes)


def test_rows_can_be_kept_to_a_campaign_by_its_utm() -> None:
    story = tell_story()
    campaign = type(story.june.campaign).objects.create(name="Another")
    Send.objects.filter(pk=story.july.pk).update(campaign=campaign)
    assert set(rows(campaign="Another")) == {"trial-july"}


@pytest.mark.parametrize(
    ("asked", "field"),
    [({"rule": "best"}, "rule"), ({"channel": "fax"}, "channel"), ({"campaign": "x"}, "campaign")],
)
def test_what_does_not_exist_is_refused_by_name(asked: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidReportQueryError) as refused:
        rows(**asked)
    assert [one.field for one in refused.value.problems] == [field]


def test_without_an_active_rule_there_is_no_report() -> None:
    CreditRule.objects.update(retired_at=NOW)
    with pytest.raises(NoCreditRuleError):
        rows()


def test_the_footer_adds_up_to_the_crm() -> None:
    story = tell_story()
    a_deal(amount_minor=700_00, created=3, won=1)
    a_deal(amount_minor=None, created=3, won=1, people=(story.ada,))
    settle()
    win = sends.build(ReportQuery(), now=NOW).proof.statements[2]
    assert (win.crm.amount_minor, win.crm.count, win.crm.without_amount) == (10_700_00, 3, 1)
    assert win.attributed_total.amount_minor == 10_000_00
    assert win.unattributed_total.amount_minor == 700_00
    assert win.reconciles


def test_one_sends_row_is_the_reports_row() -> None:
    story = tell_story()
    row, _ = sends.build_row(story.june, now=NOW)
    assert row.metrics == rows()["trial-june"]

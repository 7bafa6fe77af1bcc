"""Evidence for the CRM, revenue and all channels: what holds and what contradicts it."""

from typing import Any

import pytest

from attribution import checklist
from attribution.checklist import Item
from attribution.checklist_lines import State
from campaigns.models import Campaign
from crm_sync.models import Connection, WriteBack
from tests.attribution.builders import NOW, a_contact, a_lead, make_identity
from tests.attribution.story import tell_story
from tests.tracking.builders import make_channel

pytestmark = pytest.mark.django_db


def item(number: int) -> Item:
    return checklist.build(now=NOW)[number - 1]


def line(number: int, words: str) -> Any:
    return next(one for one in item(number).lines if words in one.text)


def test_the_crm_step_holds_with_origins_carried_kept_and_written() -> None:
    ada = make_identity()
    lead = a_lead(ada)
    lead.click_id = lead.pk
    lead.save()
    ada.person.original_utm_campaign = "trial-june"
    ada.person.original_channel = make_channel()
    ada.person.original_campaign = Campaign.objects.create(name="Trial")
    ada.person.save()
    contact = a_contact(ada)
    Connection.objects.update(writes_back=True)
    WriteBack.objects.create(contact=contact, values={}, status="written", next_attempt_at=NOW)
    assert item(4).state == State.HOLDS


def test_a_refused_write_back_contradicts_it() -> None:
    contact = a_contact(make_identity())
    WriteBack.objects.create(contact=contact, values={}, status="refused", next_attempt_at=NOW)
    assert line(4, "refused by the CRM").state == State.BROKEN


def test_revenue_holds_once_sms_earned_some_and_it_adds_up() -> None:
    tell_story()
    assert item(5).state == State.HOLDS
    assert "$6,666.67" in item(5).lines[0].text


def test_a_ledger_that_differs_contradicts_it() -> None:
    story = tell_story()
    story.deal.amount_minor = 1
    story.deal.save()
    assert item(5).state == State.BROKEN


def test_channels_hold_when_sms_and_another_earn_under_one_rule() -> None:
    tell_story()
    assert item(6).state == State.HOLDS
    assert "SMS, Email" in item(6).lines[0].text

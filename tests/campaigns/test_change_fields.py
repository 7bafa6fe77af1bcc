"""Field by field, what a row of history says that the one before it did not."""

from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns.change_fields import field_changes, named_objects
from campaigns.change_kinds import KINDS
from campaigns.change_names import Names
from campaigns.history import save_by
from campaigns.models import NamingConvention, Spend
from tests.campaigns.builders import a_campaign, a_channel, a_message, a_send, a_user

pytestmark = pytest.mark.django_db


def said(code: str, row: Any, **values: Any) -> dict[str, tuple[str, str]]:
    """Return what a change of the values says, by label."""
    for name, value in values.items():
        setattr(row, name, value)
    save_by(row, None)
    after, before = list(type(row).history.filter(id=row.pk))[:2]
    kind = KINDS[code]
    names = Names(named for entry in (before, after) for named in named_objects(kind, entry))
    changes = field_changes(kind, before, after, names)
    return {change.label: (change.old, change.new) for change in changes}


def test_a_change_says_old_and_new_under_the_form_s_words() -> None:
    assert said("send", a_send(), audience_size=1200, utm_campaign="trial-offer-july") == {
        "Planned recipients": ("0", "1,200"),
        "UTM campaign": ("trial-reengagement-june", "trial-offer-july"),
    }


def test_choices_are_said_by_their_labels() -> None:
    assert said("send", a_send(), status="ready") == {"Status": ("Draft", "Ready")}


def test_related_objects_are_said_by_their_names() -> None:
    send = a_send(campaign=a_campaign("Spring"))

    assert said("send", send, campaign=a_campaign("Summer")) == {"Campaign": ("Spring", "Summer")}


def test_people_are_said_by_their_names() -> None:
    assert said("campaign", a_campaign(), owner=a_user("alice")) == {"Owner": ("", "alice")}


def test_times_are_said_in_the_installation_s_zone(settings: Any) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    send = a_send(scheduled_at=datetime(2026, 6, 10, 9, 0, tzinfo=UTC))

    assert said("send", send, scheduled_at=None) == {"Goes out": ("10 June 2026, 11:00", "")}


def test_money_is_said_with_its_currency() -> None:
    spend = Spend.objects.create(
        platform="twilio",
        external_id="one",
        date=datetime(2026, 6, 1, tzinfo=UTC).date(),
        channel=a_channel(),
        amount_minor=124050,
        currency="USD",
    )

    assert said("spend", spend, amount_minor=124050, currency="EUR") == {
        "Amount": ("$1,240.50", "€1,240.50")
    }


def test_lists_are_said_word_by_word() -> None:
    draft = NamingConvention.objects.create(
        channel=a_channel(), version=9, sources=["sms"], mediums=["text"]
    )

    assert said("convention", draft, sources=["sms", "mms"], requires_term=True) == {
        "Sources": ("sms", "sms, mms"),
        "Needs a UTM term": ("no", "yes"),
    }


def test_a_text_s_difference_is_marked() -> None:
    message = a_message(
        a_send(), body="Your trial waits for you until Friday, dear reader: {link} STOP ends"
    )
    kind = KINDS["message"]
    message.body = message.body.replace("Friday", "Sunday")
    message.save()
    after, before = message.history.all()

    (change,) = field_changes(kind, before, after, Names(named_objects(kind, after)))

    assert ("removed", "Friday") in [(part.kind, part.text) for part in change.parts]


def test_what_people_never_set_is_left_out() -> None:
    send = a_send()

    assert said("send", send) == {}
    assert said("send", send, live_at=datetime(2026, 6, 10, tzinfo=UTC)) == {}


def test_a_new_row_says_what_it_said() -> None:
    row = a_campaign("Spring").history.get()
    kind = KINDS["campaign"]

    changes = field_changes(kind, None, row, Names(named_objects(kind, row)))

    assert [(change.label, change.old, change.new) for change in changes] == [
        ("Name", "", "Spring")
    ]

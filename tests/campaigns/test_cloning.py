"""Planning a send again."""

from datetime import UTC, datetime

import pytest

from campaigns.models import NamingConvention, Send
from campaigns.services import ConventionBrokenError, clone_send
from tests.campaigns.builders import NOW, a_message, a_send, a_user

pytestmark = pytest.mark.django_db
NOVEMBER = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)


def clone(send: Send, now: datetime = NOVEMBER, **changes: object) -> Send:
    return Send.objects.get(pk=clone_send(send=send, by=None, now=now, changes=changes).pk)


def test_a_clone_is_a_draft_with_the_same_texts_for_the_present_period() -> None:
    send = a_send(
        status="done",
        live_at=NOW,
        done_at=NOW,
        scheduled_at=NOW,
        audience="Lapsed trials",
        audience_size=1200,
        time_zone="Europe/Berlin",
        utm_term="lapsed",
        planned_cost_minor=5,
        planned_cost_currency="USD",
    )
    a_message(send, "A {link} STOP", utm_content="version-a", share=70)
    a_message(
        send,
        "B {link} STOP",
        utm_content="version-b",
        share=30,
        destination_url="https://example.com/b",
    )
    alice = a_user("alice")

    copy = clone_send(send=send, by=alice, now=NOVEMBER)

    copy.refresh_from_db()
    assert (copy.utm_campaign, copy.name) == (
        "trial-reengagement-november",
        "Trial re-engagement, November",
    )
    assert (copy.status, copy.cloned_from, copy.created_by) == ("draft", send, alice)
    assert (copy.audience, copy.audience_size, copy.time_zone, copy.utm_term) == (
        "Lapsed trials",
        1200,
        "Europe/Berlin",
        "lapsed",
    )
    assert (copy.scheduled_at, copy.live_at, copy.done_at, copy.planned_cost_minor) == (None,) * 4
    assert [(m.body, m.utm_content, m.share, m.destination_url) for m in copy.messages.all()] == [
        ("A {link} STOP", "version-a", 70, ""),
        ("B {link} STOP", "version-b", 30, "https://example.com/b"),
    ]


@pytest.mark.parametrize("status", Send.Status.values)
def test_a_send_in_every_state_is_cloned(status: str) -> None:
    assert clone(a_send(status=status)).status == "draft"


def test_in_the_same_period_the_name_is_numbered() -> None:
    send = a_send("trial-november", name="Trial")

    first, second = clone(send), clone(send)

    assert [first.utm_campaign, second.utm_campaign] == ["trial-november-2", "trial-2-november"]
    assert first.name == "Trial (copy)"


def test_where_the_present_periods_name_is_taken_it_is_numbered() -> None:
    a_send("trial-november")

    assert clone(a_send("trial-june")).utm_campaign == "trial-november-2"


def test_a_replaced_version_stays_behind_and_the_others_are_named_anew() -> None:
    send = a_send(status="live")
    a_message(send, "Old {link} STOP", utm_content="version-a", retired_at=NOW)
    a_message(send, "New {link} STOP", utm_content="version-b")

    assert [(m.body, m.utm_content, m.share) for m in clone(send).messages.all()] == [
        ("New {link} STOP", "", 100)
    ]


def test_values_that_are_refused_by_now_become_what_is_suggested() -> None:
    send = a_send(utm_source="twilio")

    assert clone(send).utm_source == "sms"


def test_given_values_win_over_the_copied() -> None:
    copy = clone(a_send(), utm_campaign="demo-invite-q4", name="Demo")

    assert (copy.utm_campaign, copy.name) == ("demo-invite-q4", "Demo")


def test_a_given_value_that_breaks_the_convention_is_refused() -> None:
    with pytest.raises(ConventionBrokenError, match="capital letters"):
        clone(a_send(), utm_campaign="Demo")
    assert Send.objects.count() == 1


def test_a_clone_keeps_the_version_it_was_checked_against() -> None:
    send = a_send()
    old = NamingConvention.objects.get(channel__slug="sms")
    NamingConvention.objects.filter(pk=old.pk).update(status="retired")
    new = NamingConvention.objects.create(
        channel=old.channel, version=2, status="published", sources=["sms"], mediums=["text"]
    )

    assert clone(send).convention == new

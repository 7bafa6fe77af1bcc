"""What a send will look like as it stands in its form."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from campaigns import channel_oracle, short_links
from campaigns.models import Message, Send, SendingPolicy
from campaigns.money import Money
from campaigns.send_preview import SendPreview, preview_of, sender_of
from tests.campaigns.builders import NOW, a_channel, a_message, a_send, an_unsaved_send

pytestmark = pytest.mark.django_db
TEXT = "Your trial waits: {link} Reply STOP to opt out"
LATER = datetime(2026, 6, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _nobody_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other apps test what they tell."""
    monkeypatch.setattr(channel_oracle, "_preparers", [])
    monkeypatch.setattr(short_links, "_finders", [])


def shown(*texts: str, **fields: Any) -> SendPreview:
    messages = [Message(body=text) for text in texts]
    return preview_of(an_unsaved_send(**fields), messages, now=NOW)


def test_a_good_send_is_all_well() -> None:
    found = shown(TEXT)

    states = {name: one.state for name, one in found.fields.items()}
    assert states.pop("utm_term") == "empty"
    assert set(states.values()) == {"ok"}
    assert found.query == "utm_source=sms&utm_medium=text&utm_campaign=trial-reengagement-june"
    assert found.address == f"https://example.com/trial?{found.query}"
    assert found.missing_convention == ""


def test_a_wrong_value_has_its_rule_and_what_would_pass() -> None:
    verdict = shown(TEXT, utm_source="SMS").fields["utm_source"]

    assert verdict.state == "wrong"
    assert [(one.rule, one.suggestion) for one in verdict.violations] == [
        ("approved-values", "sms")
    ]


def test_a_value_not_typed_yet_is_open_not_wrong() -> None:
    assert shown(TEXT, utm_campaign="").fields["utm_campaign"].state == "open"


def test_a_name_used_before_is_wrong() -> None:
    a_send("trial-june")

    (violation,) = shown(TEXT, utm_campaign="trial-june").fields["utm_campaign"].violations

    assert violation.rule == "already-used"


def test_a_name_nearly_used_before_is_shown() -> None:
    a_send("trials-june")

    assert [one.rule for one in shown(TEXT, utm_campaign="trial-june").similar] == ["plural"]


def test_a_stored_send_is_not_similar_to_itself() -> None:
    send = a_send("trials-june")
    send.utm_campaign = "trial-june"

    assert preview_of(send, [], now=NOW).similar == ()


def test_without_a_channel_it_says_what_to_do() -> None:
    found = preview_of(Send(utm_source=""), [], now=NOW)

    assert found.missing_convention.startswith("Choose a channel")
    assert found.policy is None


def test_a_channel_without_a_convention_says_so() -> None:
    assert "no published naming convention" in (
        shown(TEXT, channel=a_channel("email")).missing_convention
    )


def test_without_a_landing_page_there_is_no_address() -> None:
    found = shown(TEXT, destination_url="")

    assert found.address == found.versions[0].address == ""


def test_versions_get_the_names_and_shares_that_saving_would_give() -> None:
    found = shown(TEXT, TEXT)

    assert [one.message.utm_content for one in found.versions] == ["version-a", "version-b"]
    assert found.shares == [50, 50]
    assert found.shares_fit


def test_shares_that_do_not_fit_are_said_at_the_last_version() -> None:
    messages = [Message(body=TEXT, share=share) for share in (60, 30)]
    found = preview_of(an_unsaved_send(), messages, now=NOW)

    assert not found.shares_fit
    assert [one.rule for one in found.versions[1].share.violations] == ["shares-sum"]


def test_each_version_has_its_own_page_and_content() -> None:
    messages = [Message(body=TEXT), Message(body=TEXT, destination_url="https://www.b.example/x")]
    one, other = preview_of(an_unsaved_send(), messages, now=NOW).versions

    assert one.address.startswith("https://example.com/trial?")
    assert other.address.startswith("https://www.b.example/x?")
    assert other.address.endswith("utm_content=version-b")
    assert (one.sender, other.sender) == ("example.com", "b.example")


def test_a_stored_message_shows_its_real_short_link() -> None:
    send = a_send()
    message = a_message(send)
    short_links.register(lambda rows: {message.pk: "https://s.example/a"}, lambda: "")

    (version,) = preview_of(send, [message], now=NOW).versions

    assert version.has_link
    assert [one.text for one in version.pieces if one.kind == "link"] == ["https://s.example/a"]


def test_a_message_to_come_shows_one_that_looks_alike() -> None:
    (version,) = shown(TEXT).versions

    assert not version.has_link
    assert [one.text for one in version.pieces if one.kind == "link"] == [
        short_links.link_to_come()
    ]


def test_what_makes_a_text_dear_is_named_once() -> None:
    (version,) = shown("It’s time: {link} STOP").versions

    assert [(one.letter, one.plain) for one in version.forced] == [("’", "'")]
    assert version.warnings == ()
    assert version.segments.is_unicode


@pytest.mark.parametrize(
    ("letter", "length", "room"), [("a", 1, 160), ("a", 161, 306), ("ж", 1, 70), ("ж", 71, 134)]
)
def test_it_says_how_much_fits_into_as_many_segments(letter: str, length: int, room: int) -> None:
    assert shown(letter * length).versions[0].room == room


def test_a_text_without_its_link_is_warned_about_and_an_empty_one_is_not() -> None:
    assert [one.code for one in shown("Reply STOP").versions[0].warnings] == ["link-mark-missing"]
    assert shown("").versions[0].warnings == ()


def test_the_cost_is_segments_times_recipients_times_rate() -> None:
    SendingPolicy.objects.filter(channel=a_channel()).update(segment_rate=Decimal("0.01"))

    found = shown(TEXT, audience_size=1200)

    assert (found.cost.segments, found.cost.total) == (1200, Money(1200, "USD"))
    assert found.versions[0].recipients == "1,200"


def test_a_replaced_version_costs_nothing_and_has_no_share() -> None:
    send = a_send(audience_size=10)
    messages = [
        a_message(send, utm_content="version-a"),
        a_message(send, utm_content="version-b", retired_at=LATER),
    ]
    found = preview_of(send, messages, now=NOW)

    assert found.shares == [100]
    assert [one.cost.recipients for one in found.versions] == [10, 0]


def test_each_tools_channel_is_told_by_its_name() -> None:
    predicted = {"textrail": "sms", "ga4": "Organic Shopping"}
    channel_oracle.register(lambda: lambda utm: predicted)

    found = [(one.tool, one.channel, one.is_own) for one in shown(TEXT).channels]

    assert found == [
        ("Textrail", "SMS", True),
        ("Google Analytics 4", "Organic Shopping", False),
    ]


@pytest.mark.parametrize(
    ("page", "sender"),
    [
        ("https://www.example.com:8000/x?y", "example.com"),
        ("https://me:pw@example.com", "example.com"),
        ("https://example.com?x", "example.com"),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_a_text_seems_to_come_from_the_landing_pages_host(page: str, sender: str) -> None:
    assert sender_of(page) == sender


def test_nothing_is_stored() -> None:
    shown(TEXT, TEXT)

    assert not Send.objects.exists()
    assert not Message.objects.exists()

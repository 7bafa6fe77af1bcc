"""The send's form without any script: parts make the name, zones are checked, a race ends well."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import preflight, send_followers, send_page
from campaigns.admin import sends
from campaigns.admin.send_forms import meant_zone
from campaigns.models import ConventionToken, NamingConvention, Send
from campaigns.services import SendFrozenError, save_send
from tests.campaigns.builders import a_channel, a_message, a_send, a_superuser, a_user
from tests.campaigns.test_admin import TEXT, form_data, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_checks_and_followers_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_checks", {"plan": preflight._checks["plan"]})
    monkeypatch.setattr(send_followers, "_followers", {})
    monkeypatch.setattr(send_page, "_panels", {})


@pytest.fixture
def client() -> Client:
    return signed_in(a_superuser())


def add(client: Client, **fields: Any) -> str:
    answer = client.post(reverse("admin:campaigns_send_add"), form_data(**fields), follow=True)
    return answer.content.decode()


def part(name: str, slug: str = "sms") -> str:
    return f"part-{a_channel(slug).pk}-{name}"


def email_convention() -> NamingConvention:
    convention = NamingConvention.objects.create(
        channel=a_channel("email"),
        status="published",
        sources=["crm"],
        mediums=["email"],
        separator="_",
        term_words=["leads", "customers"],
    )
    for position, (name, kind, words) in enumerate(
        [("region", "vocabulary", ["emea", "us"]), ("topic", "slug", []), ("issue", "number", [])]
    ):
        ConventionToken.objects.create(
            convention=convention, position=position, name=name, kind=kind, words=words
        )
    return convention


def test_an_empty_name_is_made_of_its_parts(client: Client) -> None:
    add(client, utm_campaign="", **{part("topic"): "demo-invite", part("period"): "q2"})

    assert Send.objects.get().utm_campaign == "demo-invite-q2"


def test_parts_are_tidied_as_the_pages_script_does(client: Client) -> None:
    add(client, utm_campaign="", **{part("topic"): " Demo  Invite", part("period"): "Q2"})

    assert Send.objects.get().utm_campaign == "demo-invite-q2"


def test_a_name_wins_over_its_parts(client: Client) -> None:
    add(client, utm_campaign="trial-june", **{part("topic"): "demo-invite"})

    assert Send.objects.get().utm_campaign == "trial-june"


def test_only_the_chosen_channels_parts_count(client: Client) -> None:
    email_convention()

    add(client, utm_campaign="", **{part("topic", "email"): "other", part("topic"): "mine"})

    assert Send.objects.get().utm_campaign == "mine"


def test_neither_name_nor_parts_is_explained_with_a_name_that_passes(client: Client) -> None:
    page = add(client, utm_campaign="")

    assert "utm_campaign is empty. Every link needs it." in page
    assert 'data-fill="id_utm_campaign"' in page
    assert not Send.objects.exists()


def test_parts_that_do_not_pass_come_back_as_they_were_typed(client: Client) -> None:
    page = add(client, utm_campaign="", **{part("topic"): "Demo_Invite"})

    assert 'value="Demo_Invite"' in page
    assert "“demo_invite” must be letters and digits joined by single hyphens" in page
    assert not Send.objects.exists()


def test_every_channels_parts_are_fields_of_their_kind(client: Client) -> None:
    email_convention()
    a_send("webinar-june")

    page = client.get(reverse("admin:campaigns_send_add")).content.decode()

    assert f'<select name="{part("region", "email")}"' in page
    assert "<option>emea</option>" in page
    assert f'name="{part("topic")}"' in page
    assert '<option value="webinar"></option>' in page
    assert 'inputmode="numeric"' in page
    assert f'<option value="{timezone.localdate():%B}'.lower() in page


def test_a_stored_name_is_taken_apart(client: Client) -> None:
    send = a_send("demo-invite-q2")

    page = client.get(reverse("admin:campaigns_send_change", args=[send.pk])).content.decode()

    assert 'value="demo-invite"' in page
    assert 'value="q2"' in page


def test_a_zone_is_stored(client: Client) -> None:
    add(client, time_zone="America/New_York")

    assert Send.objects.get().time_zone == "America/New_York"


def test_an_unknown_zone_is_explained_with_the_one_that_was_meant(client: Client) -> None:
    page = add(client, time_zone="new york")

    assert "“new york” is no time zone" in page
    assert 'data-value="America/New_York"' in page
    assert not Send.objects.exists()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Berlin", "Europe/Berlin"),
        ("America/New York", "America/New_York"),
        ("utc", "UTC"),
        ("xyzzy", ""),
        ("", ""),
    ],
)
def test_a_zone_is_known_by_its_city(typed: str, meant: str) -> None:
    assert meant_zone(typed) == meant


def test_a_version_has_a_page_of_its_own(client: Client) -> None:
    add(client, **{"messages-0-destination_url": "b.example/x"})

    assert Send.objects.get().messages.get().destination_url == "https://b.example/x"


def test_several_versions_are_named_and_share_evenly_by_themselves(client: Client) -> None:
    more = {"messages-TOTAL_FORMS": "2", "messages-1-body": TEXT, "messages-1-share": "100"}

    add(client, **more)

    rows = Send.objects.get().messages.values_list("utm_content", "share")
    assert list(rows) == [("version-a", 50), ("version-b", 50)]


def test_shares_that_do_not_sum_are_explained_at_the_share(client: Client) -> None:
    more = {"messages-TOTAL_FORMS": "2", "messages-1-body": TEXT, "messages-1-share": "30"}

    page = add(client, **{**more, "messages-0-share": "60"})

    assert "sum to 90 %" in page
    assert 'data-fill="id_messages-1-share"' in page
    assert not Send.objects.exists()


def test_more_empty_versions_are_a_link_away_without_a_script(client: Client) -> None:
    page = client.get(reverse("admin:campaigns_send_add"), {"versions": "3"}).content.decode()

    assert 'name="messages-2-body"' in page
    assert 'name="messages-3-body"' not in page
    assert "?versions=4" in page


def test_a_replaced_version_is_shown_with_its_day_and_not_editable(client: Client) -> None:
    send = a_send(status="live")
    a_message(send, utm_content="version-a", share=100)
    day = datetime(2026, 6, 12, 9, 30, tzinfo=UTC)
    a_message(send, "Old words {link}", utm_content="version-b", share=100, retired_at=day)

    page = client.get(reverse("admin:campaigns_send_change", args=[send.pk])).content.decode()

    assert "replaced on 12 June 2026, 09:30" in page
    assert "Nobody gets it since 12 June 2026, 09:30." in page
    assert 'name="messages-1-body"' not in page


def test_whoever_may_only_look_sees_what_reports_call_it() -> None:
    send = a_send()
    viewer = signed_in(a_user("bob", "campaigns.view_send", "campaigns.view_message"))
    a_message(send)

    page = viewer.get(reverse("admin:campaigns_send_change", args=[send.pk])).content.decode()

    assert "utm_source=sms&amp;utm_medium=text&amp;utm_campaign=trial-reengagement-june" in page
    assert "Your trial waits:" in page


def test_a_failed_save_shows_the_preview_of_what_was_typed(client: Client) -> None:
    page = add(client, name="", **{"messages-0-body": "It’s {link} STOP"})

    assert '<mark title="right single quotation mark">’</mark>' in page
    assert "https://example.com/trial?utm_source=sms" in page


def test_going_out_between_check_and_save_is_said_and_the_rest_is_saved(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = a_send("trial-june")
    a_message(send)
    real = sends.SendAdmin.message_user

    def refuse_once(**kwargs: Any) -> Send:
        monkeypatch.setattr(sends, "save_send", save_send)
        raise SendFrozenError(send, ["utm_campaign"])

    def see_the_other_persons_commit(*args: Any, **kwargs: Any) -> None:
        Send.objects.filter(pk=send.pk).update(status="live")
        real(*args, **kwargs)

    monkeypatch.setattr(sends, "save_send", refuse_once)
    monkeypatch.setattr(sends.SendAdmin, "message_user", see_the_other_persons_commit)
    data = form_data(name="Better", utm_campaign="trial-july")

    answer = client.post(reverse("admin:campaigns_send_change", args=[send.pk]), data, follow=True)

    assert answer.status_code == 200
    assert "It went out while you wrote." in answer.content.decode()
    send.refresh_from_db()
    assert (send.name, send.utm_campaign) == ("Better", "trial-june")


def test_a_form_opened_before_somebody_else_saved_says_so_and_saves_when_sent_again(
    client: Client,
) -> None:
    send = a_send()
    address = reverse("admin:campaigns_send_change", args=[send.pk])
    seen = re.compile(r'name="seen_at" value="([^"]+)"')
    opened = seen.findall(client.get(address).content.decode())[0]
    Send.objects.get(pk=send.pk).save()

    told = client.post(address, form_data(name="Mine", seen_at=opened)).content.decode()
    stored = Send.objects.get(pk=send.pk).name
    again = client.post(address, form_data(name="Mine", seen_at=seen.findall(told)[0]))

    assert "Somebody changed this send at" in told
    assert 'value="Mine"' in told
    assert stored != "Mine"
    assert again.status_code == 302
    assert Send.objects.get(pk=send.pk).name == "Mine"

"""People hear of broken links once, grouped, and not of every flap."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.core import mail

from campaigns.models import Campaign
from links import letters
from links.alert_letters import tell_of_alerts
from links.models import Link, LinkAlert
from tests.links.builders import NOW, make_link, make_send

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PROBLEM = {"code": "final-status", "message": "It ends in a 404.", "device": "iphone"}


@pytest.fixture(autouse=True)
def _mail(settings) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com:25"
    settings.ALERT_EMAILS = ["team@example.com"]
    settings.ALERT_QUIET_HOURS = 6
    settings.PUBLIC_URL = "https://textrail.example.com"


@pytest.fixture
def link() -> Link:
    return make_link(send=make_send(status="live"))


def make_alert(link: Link, **values: Any) -> LinkAlert:
    defaults = {"opened_at": NOW, "problems": [PROBLEM]}
    return LinkAlert.objects.create(link=link, **{**defaults, **values})


def give_owner(link: Link, email: str = "olga@example.com", **values: Any) -> None:
    olga = get_user_model().objects.create_user("olga", email, **values)
    Campaign.objects.filter(pk=link.send.campaign_id).update(owner=olga)


def resolve(alert: LinkAlert, resolution: str = "mended") -> None:
    LinkAlert.objects.filter(pk=alert.pk).update(resolved_at=NOW + HOUR, resolution=resolution)


def test_an_alert_is_told_with_what_broke_and_where_to_look(link: Link) -> None:
    alert = make_alert(link)
    assert tell_of_alerts(now=NOW) == 1
    (letter,) = mail.outbox
    assert letter.to == ["team@example.com"]
    assert letter.subject == "Textrail: go.example.com/k7Qm2Xa is broken"
    assert "BROKEN: https://go.example.com/k7Qm2Xa (Demo invitation, June)" in letter.body
    assert "- It ends in a 404. (iPhone)" in letter.body
    assert f"https://textrail.example.com/admin/links/linkalert/{alert.pk}/change/" in letter.body


def test_the_owner_of_the_campaign_is_told_too(link: Link) -> None:
    give_owner(link)
    make_alert(link)
    assert tell_of_alerts(now=NOW) == 2
    assert {letter.to[0] for letter in mail.outbox} == {"team@example.com", "olga@example.com"}


def test_who_is_named_twice_gets_one_letter(link: Link) -> None:
    give_owner(link, "Team@Example.com")
    make_alert(link)
    assert tell_of_alerts(now=NOW) == 1


def test_a_former_owner_is_not_told(link: Link) -> None:
    give_owner(link, is_active=False)
    make_alert(link)
    assert tell_of_alerts(now=NOW) == 1


def test_one_run_makes_one_letter_of_many_alerts(link: Link) -> None:
    make_alert(link)
    make_alert(make_link(code="other", send=link.send))
    tell_of_alerts(now=NOW)
    (letter,) = mail.outbox
    assert letter.subject == "Textrail: 2 links are broken"
    assert letter.body.count("BROKEN:") == 2


def test_none_is_told_twice(link: Link) -> None:
    make_alert(link)
    tell_of_alerts(now=NOW)
    assert tell_of_alerts(now=NOW + HOUR) == 0
    assert len(mail.outbox) == 1


def test_that_it_ended_is_told_once(link: Link) -> None:
    alert = make_alert(link, notified_at=NOW)
    resolve(alert)
    assert tell_of_alerts(now=NOW + HOUR) == 1
    assert tell_of_alerts(now=NOW + HOUR) == 0
    (letter,) = mail.outbox
    assert letter.subject == "Textrail: go.example.com/k7Qm2Xa is working again or closed"
    assert "MENDED: https://go.example.com/k7Qm2Xa" in letter.body
    assert "It was broken for 1\xa0hour." in letter.body


def test_the_end_of_a_send_is_named_as_the_reason(link: Link) -> None:
    resolve(make_alert(link, notified_at=NOW), "send-over")
    tell_of_alerts(now=NOW + HOUR)
    assert "SEND IS OVER: https://go.example.com/k7Qm2Xa" in mail.outbox[0].body


def test_what_was_mended_before_anybody_heard_is_not_told(link: Link) -> None:
    resolve(make_alert(link))
    assert tell_of_alerts(now=NOW + HOUR) == 0


def test_a_flapping_link_is_quiet_until_the_time_has_passed(link: Link) -> None:
    resolve(make_alert(link, notified_at=NOW, resolution_notified_at=NOW + HOUR))
    make_alert(link, opened_at=NOW + 2 * HOUR)
    assert tell_of_alerts(now=NOW + 2 * HOUR) == 0
    assert tell_of_alerts(now=NOW + 6 * HOUR) == 1
    assert "Found 4\xa0hours ago." in mail.outbox[0].body


def test_an_alert_that_concerns_nobody_waits_for_somebody(link: Link, settings) -> None:
    settings.ALERT_EMAILS = []
    make_alert(link)
    assert tell_of_alerts(now=NOW) == 0
    give_owner(link)
    assert tell_of_alerts(now=NOW) == 1


def test_without_a_mail_server_nothing_counts_as_told(link: Link, settings) -> None:
    settings.EMAIL_URL = ""
    make_alert(link)
    assert tell_of_alerts(now=NOW) == 0
    assert LinkAlert.objects.filter(notified_at__isnull=True).exists()


def test_a_mail_server_that_is_down_is_asked_again_next_time(
    link: Link, monkeypatch, caplog
) -> None:
    make_alert(link)
    with monkeypatch.context() as patch:
        patch.setattr(letters, "get_connection", DeadServer)
        assert tell_of_alerts(now=NOW) == 0
    assert "Alerts wait for the next run" in caplog.text
    assert tell_of_alerts(now=NOW) == 1


def test_an_address_the_server_refuses_keeps_nobody_else_waiting(
    link: Link, monkeypatch, caplog
) -> None:
    give_owner(link)
    make_alert(link)
    monkeypatch.setattr(letters.EmailMultiAlternatives, "send", refuse_the_team)
    assert tell_of_alerts(now=NOW) == 2
    assert "was refused" in caplog.text
    assert tell_of_alerts(now=NOW) == 0


class DeadServer:
    def open(self) -> None:
        raise OSError("connection refused")


def refuse_the_team(message: mail.EmailMessage) -> None:
    if message.to == ["team@example.com"]:
        raise smtplib.SMTPRecipientsRefused({"team@example.com": (550, b"unknown")})

"""People hear once that an endpoint was switched off because it failed."""

import pytest
from django.core import mail

from links import letters
from links.endpoint_letters import tell_of_endpoints
from links.models import WebhookEndpoint
from links.webhook_endpoints import switch_off, turn_off
from tests.links.test_alert_letters import DeadServer
from tests.links.webhook_builders import NOW, make_endpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mail(settings) -> None:
    settings.EMAIL_URL = "smtp://mail.example.com:25"
    settings.ALERT_EMAILS = ["team@example.com"]


@pytest.fixture
def failed(django_user_model) -> WebhookEndpoint:
    olga = django_user_model.objects.create_user("olga", "olga@example.com")
    endpoint = make_endpoint(description="Relay", created_by=olga)
    turn_off(endpoint=endpoint, reason="It failed for 5 days.", now=NOW)
    return endpoint


def test_who_added_it_and_the_team_are_told_once(failed: WebhookEndpoint) -> None:
    assert tell_of_endpoints(now=NOW) == 2
    assert tell_of_endpoints(now=NOW) == 0
    assert {letter.to[0] for letter in mail.outbox} == {"olga@example.com", "team@example.com"}
    letter = mail.outbox[0]
    assert letter.subject == "Textrail: the webhook Relay is switched off"
    assert "Why: It failed for 5 days." in letter.body
    assert f"/admin/links/webhookendpoint/{failed.pk}/change/" in letter.body


def test_what_a_person_switched_off_needs_no_letter() -> None:
    switch_off(endpoint=make_endpoint(), by=None, now=NOW)
    assert tell_of_endpoints(now=NOW) == 0


def test_without_a_mail_server_nothing_counts_as_told(failed: WebhookEndpoint, settings) -> None:
    settings.EMAIL_URL = ""
    assert tell_of_endpoints(now=NOW) == 0
    assert WebhookEndpoint.objects.filter(notified_at__isnull=True).exists()


def test_a_mail_server_that_is_down_is_asked_again(
    failed: WebhookEndpoint, monkeypatch, caplog
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(letters, "get_connection", DeadServer)
        assert tell_of_endpoints(now=NOW) == 0
    assert "wait for the next run" in caplog.text
    assert tell_of_endpoints(now=NOW) == 2

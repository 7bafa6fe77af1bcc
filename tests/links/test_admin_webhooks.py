"""The pages of webhook endpoints in the admin, as Operations use them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from links.models import WebhookDelivery, WebhookEndpoint
from links.secrets import decrypt_secret
from tests.links.receiver import answering, receive
from tests.links.test_admin import member, text
from tests.links.webhook_builders import SECRET, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db
ENDPOINTS = "/admin/links/webhookendpoint/"
FORM = {
    "url": "https://hooks.example.com/textrail",
    "description": "Marketing chat",
    "event_types": ["link.broken", "link.mended"],
}


@pytest.fixture
def olga(django_user_model) -> Client:
    verbs = ("view", "add", "change", "delete")
    return member(django_user_model, *(f"{verb}_webhookendpoint" for verb in verbs))


def page_of(endpoint: WebhookEndpoint) -> str:
    return f"{ENDPOINTS}{endpoint.pk}/change/"


def do(client: Client, endpoint: WebhookEndpoint, name: str):
    return client.post(f"{ENDPOINTS}{endpoint.pk}/do/{name}/", follow=True)


def test_a_new_endpoint_shows_its_key_once(olga: Client) -> None:
    shown = text(olga.post(f"{ENDPOINTS}add/", FORM))
    endpoint = WebhookEndpoint.objects.get()
    assert decrypt_secret(endpoint.secret) in shown
    assert endpoint.event_types == ["link.broken", "link.mended"]
    assert endpoint.created_by is not None
    assert "whsec_" not in text(olga.get(page_of(endpoint)))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"url": "http://hooks.example.com/"}, "does not begin with https://"),
        ({"url": "https://10.0.0.1/"}, "inside a private network"),
        ({"event_types": []}, "This field is required"),
    ],
)
def test_what_is_refused_is_said_at_the_form(olga: Client, change, said: str) -> None:
    assert said in text(olga.post(f"{ENDPOINTS}add/", FORM | change))
    assert not WebhookEndpoint.objects.exists()


def test_the_choice_of_events_says_what_they_are(olga: Client) -> None:
    shown = text(olga.get(f"{ENDPOINTS}add/"))
    assert "tap.recorded: A short link was tapped" in shown


def test_a_change_keeps_the_key(olga: Client) -> None:
    endpoint = make_endpoint()
    olga.post(page_of(endpoint), FORM)
    endpoint.refresh_from_db()
    assert endpoint.description == "Marketing chat"
    assert decrypt_secret(endpoint.secret) == SECRET


def test_a_rotated_key_is_shown_once(olga: Client) -> None:
    endpoint = make_endpoint()
    answer = do(olga, endpoint, "rotate")
    endpoint.refresh_from_db()
    secret = decrypt_secret(endpoint.secret)
    assert secret != SECRET
    assert secret in text(answer)
    assert "no-store" in answer["Cache-Control"]
    assert "signed with the old key as well until" in text(olga.get(page_of(endpoint)))


def test_a_test_event_says_what_came_back(olga: Client, settings) -> None:
    replies = [answering(204), answering(500)]
    with receive(lambda number: replies[number - 1](number)) as receiver:
        settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS = [receiver.host]
        endpoint = make_endpoint(receiver.url)
        assert "the endpoint answered 204" in text(do(olga, endpoint, "trial"))
        assert "did not arrive" in text(do(olga, endpoint, "trial"))
    assert WebhookDelivery.objects.count() == 2


def test_an_endpoint_is_switched_off_and_on(olga: Client) -> None:
    endpoint = make_endpoint()
    make_delivery(endpoint)
    assert "It is switched off." in text(do(olga, endpoint, "off"))
    assert "Switched off by bob." in text(olga.get(page_of(endpoint)))
    assert "sent now: 1." in text(do(olga, endpoint, "on"))
    endpoint.refresh_from_db()
    assert endpoint.is_active


def test_a_button_of_a_former_state_is_explained(olga: Client) -> None:
    assert "not possible any more" in text(do(olga, make_endpoint(), "on"))


def test_the_page_of_a_failing_endpoint_says_since_when_and_what_came_back(olga: Client) -> None:
    now = timezone.now()
    endpoint = make_endpoint(failing_since=now, paused_until=now + timedelta(minutes=4))
    make_delivery(endpoint, attempt_count=2, last_problem="hooks.example.com answers 500.")
    shown = text(olga.get(page_of(endpoint)))
    assert "Fails" in shown
    assert "The next attempt is in" in shown
    assert "hooks.example.com answers 500." in shown


def test_the_list_shows_how_each_endpoint_fares(olga: Client) -> None:
    make_endpoint(description="Good", delivered_at=timezone.now())
    make_endpoint(description="New")
    make_endpoint(description="Bad", failing_since=timezone.now())
    make_endpoint(description="Gone", is_active=False)
    shown = text(olga.get(ENDPOINTS))
    for state in ("Works", "Not used yet", "Fails", "Off"):
        assert re.search(rf">\s*{state}\s*<", shown)


def test_a_campaign_manager_only_looks(django_user_model) -> None:
    manager = member(django_user_model, "view_webhookendpoint")
    endpoint = make_endpoint()
    shown = text(manager.get(page_of(endpoint)))
    assert "New signing key" not in shown
    for name in ("rotate", "trial", "off"):
        assert do(manager, endpoint, name).status_code == 403
    assert manager.get(f"{ENDPOINTS}add/").status_code == 403

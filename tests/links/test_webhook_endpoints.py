"""The use cases of webhook endpoints, and every refusal."""

from datetime import timedelta

import pytest

from links.models import WebhookDelivery, WebhookEndpoint
from links.secrets import UnreadableSecretError, decrypt_secret
from links.webhook_endpoints import (
    OLD_SECRET_HOLDS,
    EndpointRefusedError,
    EndpointStateError,
    change_endpoint,
    create_endpoint,
    rotate_secret,
    send_trial,
    signing_keys,
    switch_off,
    switch_on,
    turn_off,
)
from tests.links.receiver import answering, receive
from tests.links.webhook_builders import NOW, SECRET, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db
URL = "https://hooks.example.com/textrail"


def create(url: str = URL, event_types: tuple[str, ...] = ("tap.recorded",)):
    return create_endpoint(url=url, event_types=event_types, by=None)


def test_a_new_endpoint_comes_with_a_key_that_is_stored_encrypted() -> None:
    _, secret = create(event_types=("tap.recorded", "link.broken", "tap.recorded"))
    stored = WebhookEndpoint.objects.get()
    assert stored.event_types == ["tap.recorded", "link.broken"]
    assert secret.startswith("whsec_")
    assert secret not in stored.secret
    assert decrypt_secret(stored.secret) == secret


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.com/", "not-https"),
        ("ftp://hooks.example.com/", "scheme-not-allowed"),
        ("https://me:pw@hooks.example.com/", "credentials-in-address"),
        ("https://hooks.example.com/a b", "malformed-address"),
        ("https:///path", "host-missing"),
        ("https://127.0.0.1/", "private-address"),
        ("https://10.0.0.8/", "private-address"),
        ("https://169.254.169.254/latest", "private-address"),
        ("https://[::1]/", "private-address"),
        ("https://localhost:8000/", "private-address"),
        ("https://crm.internal/", "private-address"),
    ],
)
def test_an_address_that_is_not_public_https_is_refused(url: str, code: str) -> None:
    with pytest.raises(EndpointRefusedError) as refused:
        create(url)
    assert (refused.value.field, refused.value.code) == ("url", code)
    assert not WebhookEndpoint.objects.exists()


def test_a_private_host_is_taken_where_the_setting_names_it(settings) -> None:
    settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS = ["relay.internal"]
    create("http://relay.internal:8080/hook")
    assert WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    ("event_types", "named"), [((), "none"), (("tap.recorded", "tap.typo"), "tap.typo")]
)
def test_unknown_events_are_refused_by_name(event_types: tuple[str, ...], named: str) -> None:
    with pytest.raises(EndpointRefusedError, match=f"not: {named}") as refused:
        create(event_types=event_types)
    assert refused.value.code == "unknown-event-type"


def test_a_change_is_held_to_the_same_rules() -> None:
    endpoint = make_endpoint()
    endpoint.url, endpoint.description = "https://other.example.com/", "Relay"
    change_endpoint(endpoint=endpoint)
    assert WebhookEndpoint.objects.get().description == "Relay"
    endpoint.url = "http://other.example.com/"
    with pytest.raises(EndpointRefusedError):
        change_endpoint(endpoint=endpoint)


def test_after_a_rotation_both_keys_sign_for_a_day() -> None:
    endpoint = make_endpoint()
    secret = rotate_secret(endpoint=endpoint, now=NOW)
    stored = WebhookEndpoint.objects.get()
    just_before = NOW + OLD_SECRET_HOLDS - timedelta(seconds=1)
    assert signing_keys(endpoint=stored, now=just_before) == [secret, SECRET]
    assert signing_keys(endpoint=stored, now=NOW + OLD_SECRET_HOLDS) == [secret]


def test_an_unreadable_key_is_cured_by_a_rotation() -> None:
    endpoint = make_endpoint(secret="of another installation")
    with pytest.raises(UnreadableSecretError):
        signing_keys(endpoint=endpoint, now=NOW)
    secret = rotate_secret(endpoint=endpoint, now=NOW)
    assert signing_keys(endpoint=endpoint, now=NOW) == [secret]


def test_who_switches_off_is_named_and_gets_no_letter(django_user_model) -> None:
    olga = django_user_model.objects.create_user("olga")
    switch_off(endpoint=make_endpoint(), by=olga, now=NOW)
    stored = WebhookEndpoint.objects.get()
    assert (stored.is_active, stored.switched_off_reason) == (False, "Switched off by olga.")
    assert stored.notified_at == NOW


def test_what_is_off_cannot_be_switched_off() -> None:
    with pytest.raises(EndpointStateError):
        switch_off(endpoint=make_endpoint(is_active=False), by=None, now=NOW)
    assert not turn_off(endpoint=make_endpoint(is_active=False), reason="It failed.", now=NOW)


def test_switching_on_sends_what_waited_at_once_and_forgets_the_failures() -> None:
    endpoint = make_endpoint(
        is_active=False, failing_since=NOW, failure_count=9, switched_off_reason="It failed."
    )
    make_delivery(endpoint, next_attempt_at=NOW + timedelta(hours=9))
    make_delivery(endpoint, next_attempt_at=None)
    assert switch_on(endpoint=endpoint, now=NOW) == 1
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.failing_since, endpoint.failure_count) == (True, None, 0)
    assert endpoint.switched_off_reason == ""
    assert WebhookDelivery.objects.due(now=NOW).count() == 1


def test_what_is_on_cannot_be_switched_on() -> None:
    with pytest.raises(EndpointStateError):
        switch_on(endpoint=make_endpoint(), now=NOW)


def test_a_trial_is_sent_at_once_and_kept(settings) -> None:
    with receive(answering(200, b"hello")) as receiver:
        settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS = [receiver.host]
        endpoint = make_endpoint(receiver.url, is_active=False, description="Relay")
        delivery = send_trial(endpoint=endpoint, now=NOW)
    assert len(receiver.got) == 1
    stored = WebhookDelivery.objects.get()
    assert stored == delivery
    assert (stored.event_type, stored.delivered_at) == ("endpoint.test", NOW)
    assert (stored.last_status, stored.last_answer) == (200, "hello")
    assert stored.next_attempt_at is None


def test_a_trial_that_fails_says_why_and_is_not_repeated(settings) -> None:
    with receive(answering(500)) as receiver:
        settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS = [receiver.host]
        delivery = send_trial(endpoint=make_endpoint(receiver.url), now=NOW)
    assert (delivery.delivered_at, delivery.next_attempt_at) == (None, None)
    assert "answers 500" in delivery.last_problem


def test_a_trial_with_an_unreadable_key_says_so() -> None:
    delivery = send_trial(endpoint=make_endpoint(secret="of another installation"), now=NOW)
    assert "cannot be read with this SECRET_KEY" in delivery.last_problem

"""The pages of webhook messages in the admin."""

import pytest
from django.test import Client

from links.models import WebhookDelivery
from tests.links.test_admin import member, text
from tests.links.webhook_builders import NOW, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db
DELIVERIES = "/admin/links/webhookdelivery/"


@pytest.fixture
def olga(django_user_model) -> Client:
    return member(django_user_model, "view_webhookdelivery", "change_webhookendpoint")


def make_given_up(**values) -> WebhookDelivery:
    return make_delivery(next_attempt_at=None, attempt_count=10, **values)


@pytest.mark.parametrize(
    ("state", "code"),
    [("waiting", "w"), ("delivered", "d"), ("given-up", "g")],
)
def test_the_list_is_narrowed_by_what_became_of_messages(
    olga: Client, state: str, code: str
) -> None:
    endpoint = make_endpoint()
    rows = {
        "w": make_delivery(endpoint),
        "d": make_delivery(endpoint, delivered_at=NOW, next_attempt_at=None),
        "g": make_given_up(endpoint=endpoint),
    }
    shown = text(olga.get(f"{DELIVERIES}?state={state}"))
    assert [key for key, row in rows.items() if str(row.pk) in shown] == [code]


def test_the_list_is_narrowed_by_event(olga: Client) -> None:
    broken = make_delivery(event_type="link.broken")
    tap = make_delivery(event_type="tap.recorded")
    shown = text(olga.get(f"{DELIVERIES}?event_type=link.broken"))
    assert str(broken.pk) in shown
    assert str(tap.pk) not in shown


def test_a_page_shows_the_message_and_its_last_answer(olga: Client) -> None:
    delivery = make_given_up(last_status=400, last_answer="no such list", payload={"n": 77})
    shown = text(olga.get(f"{DELIVERIES}{delivery.pk}/change/"))
    for said in ("no such list", "&quot;n&quot;: 77", str(delivery.pk), "Given up"):
        assert said in shown


def test_a_message_is_sent_again(olga: Client) -> None:
    delivery = make_given_up()
    answer = olga.post(f"{DELIVERIES}{delivery.pk}/do/again/", follow=True)
    assert "under the same webhook-id" in text(answer)
    delivery.refresh_from_db()
    assert delivery.next_attempt_at is not None
    assert "Send again" not in text(olga.get(f"{DELIVERIES}{delivery.pk}/change/"))


def test_chosen_messages_are_sent_again_and_waiting_ones_left(olga: Client) -> None:
    chosen = [make_given_up(), make_delivery()]
    answer = olga.post(
        DELIVERIES,
        {"action": "send_chosen_again", "_selected_action": [row.pk for row in chosen]},
        follow=True,
    )
    shown = text(answer)
    assert "sent again now: 1." in shown
    assert "waits for its next attempt already" in shown


def test_who_may_only_look_cannot_send(django_user_model) -> None:
    reader = member(django_user_model, "view_webhookdelivery")
    delivery = make_given_up()
    assert reader.post(f"{DELIVERIES}{delivery.pk}/do/again/").status_code == 403
    assert "send_chosen_again" not in text(reader.get(DELIVERIES))

"""Pages of campaigns, conventions, spend and policies show their own history."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.history import save_by
from campaigns.models import SendingPolicy, Spend
from tests.campaigns.builders import (
    a_campaign,
    a_channel,
    a_convention,
    a_message,
    a_send,
    a_superuser,
    a_user,
)

pytestmark = pytest.mark.django_db


def a_spend() -> Spend:
    return Spend.objects.create(
        platform="twilio",
        external_id="one",
        date="2026-06-01",
        channel=a_channel(),
        amount_minor=1,
        currency="USD",
    )


def a_policy() -> SendingPolicy:
    return SendingPolicy.objects.get_or_create(channel=a_channel())[0]


@pytest.mark.parametrize("build", [a_campaign, a_convention, a_spend, a_policy])
def test_its_page_says_who_changed_it(build: Any) -> None:
    client = Client()
    client.force_login(a_superuser(), backend="django.contrib.auth.backends.ModelBackend")
    row = build()
    save_by(row, a_user("alice"), reason="Because")
    row.history.filter(history_type="+").update(history_user=a_user("bob"))

    html = client.get(
        reverse(f"admin:campaigns_{row._meta.model_name}_change", args=[row.pk])
    ).content.decode()

    assert 'id="history-title"' in html
    assert 'class="chg-who"' in html


@pytest.mark.parametrize("model", ["campaign", "namingconvention", "spend", "sendingpolicy"])
def test_a_new_one_has_no_history_yet(model: str) -> None:
    client = Client()
    client.force_login(a_superuser(), backend="django.contrib.auth.backends.ModelBackend")

    answer = client.get(reverse(f"admin:campaigns_{model}_add"))

    assert answer.status_code == 200
    assert 'id="history-title"' not in answer.content.decode()


def test_a_send_s_page_tells_its_history_with_the_changed_words() -> None:
    client = Client()
    client.force_login(a_superuser(), backend="django.contrib.auth.backends.ModelBackend")
    send = a_send()
    message = a_message(send, body=f"{'Your trial waits for you until Friday. ' * 2}{{link}}")
    message.body = message.body.replace("Friday. {link}", "Sunday. {link}")
    save_by(message, a_user("alice"), reason="Legal asked")

    html = client.get(reverse("admin:campaigns_send_change", args=[send.pk])).content.decode()

    assert "Legal asked" in html
    assert '<del><span class="chg-aloud">removed: </span>Friday' in html
    assert '<ins><span class="chg-aloud">added: </span>Sunday' in html

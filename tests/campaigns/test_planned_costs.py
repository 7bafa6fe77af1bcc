"""What a send's texts will cost, with the links they really have."""

from decimal import Decimal

import pytest

from campaigns import short_links
from campaigns.models import SendingPolicy
from campaigns.money import Money
from campaigns.plan_checks import plan_checks
from campaigns.planned_costs import planned_cost
from tests.campaigns.builders import NOW, a_channel, a_message, a_send

pytestmark = pytest.mark.django_db
TEXT = "x" * 115 + " {link} STOP"
"""One segment with a link of 36 characters, two with a longer one."""


@pytest.fixture(autouse=True)
def _a_dollar_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(short_links, "_finders", [])
    SendingPolicy.objects.update_or_create(
        channel=a_channel(), defaults={"segment_rate": Decimal(1), "currency": "USD"}
    )


def test_a_retired_version_is_not_counted() -> None:
    send = a_send(audience_size=10)
    a_message(send)
    a_message(send, "Old " * 100, utm_content="version-b", retired_at=NOW)

    assert planned_cost(send, send.messages.all()).total == Money(1000, "USD")


def test_a_longer_domain_costs_what_it_takes() -> None:
    send = a_send(audience_size=10)
    message = a_message(send, TEXT)
    before = planned_cost(send, [message])
    link = "https://a-rather-long-domain.example.com/k7Qm2Xa"
    short_links.register(lambda rows: {row.pk: link for row in rows}, str)

    assert (before.segments, planned_cost(send, [message]).segments) == (10, 20)
    codes = {result.code: result.message for result in plan_checks(send, NOW)}
    assert "takes 2 segments" in codes["segments"]


def test_a_policy_and_links_that_are_known_are_not_asked_for_again(
    django_assert_num_queries: pytest.FixtureRequest,
) -> None:
    send = a_send(audience_size=10)
    messages = [a_message(send)]
    policy, links = SendingPolicy.objects.get(), short_links.known_links(messages)

    with django_assert_num_queries(0):  # type: ignore[operator]
        planned_cost(send, messages, policy, links)

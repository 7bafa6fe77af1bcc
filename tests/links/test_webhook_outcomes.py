"""What became of attempts is written down: per message, and for the endpoint as a whole."""

from datetime import timedelta

import pytest

from links.models import WebhookDelivery, WebhookEndpoint
from links.webhook_outcomes import Attempt, DeliveryCounts, record_attempts
from links.webhook_posts import Answer
from tests.links.webhook_builders import NOW, make_delivery, make_endpoint

pytestmark = pytest.mark.django_db
LEASE = NOW + timedelta(minutes=2)
DAY = timedelta(days=1)


@pytest.fixture
def endpoint() -> WebhookEndpoint:
    return make_endpoint()


def record(endpoint: WebhookEndpoint, *answers: Answer, now=NOW) -> DeliveryCounts:
    attempts = [
        Attempt(make_delivery(endpoint, next_attempt_at=LEASE), LEASE, answer) for answer in answers
    ]
    counts = record_attempts(endpoint=endpoint, attempts=attempts, now=now)
    endpoint.refresh_from_db()
    return counts


def test_what_arrived_costs_one_update(
    endpoint: WebhookEndpoint, django_assert_num_queries
) -> None:
    attempts = [
        Attempt(make_delivery(endpoint, next_attempt_at=LEASE), LEASE, Answer(200, "ok"))
        for _ in range(20)
    ]
    endpoint.delivered_at = NOW
    with django_assert_num_queries(3):  # with the savepoint around it
        record_attempts(endpoint=endpoint, attempts=attempts, now=NOW)
    assert WebhookDelivery.objects.filter(delivered_at=NOW, last_answer="ok").count() == 20


def test_a_message_somebody_else_took_over_is_left_to_them(endpoint: WebhookEndpoint) -> None:
    theirs = make_delivery(endpoint, next_attempt_at=LEASE + timedelta(minutes=2))
    for answer in (Answer(204), Answer(500)):
        record_attempts(endpoint=endpoint, attempts=[Attempt(theirs, LEASE, answer)], now=NOW)
    theirs.refresh_from_db()
    assert (theirs.delivered_at, theirs.attempt_count) == (None, 0)


def test_the_first_failure_begins_the_count_and_a_success_ends_it(
    endpoint: WebhookEndpoint,
) -> None:
    record(endpoint, Answer(500))
    record(endpoint, Answer(500), now=NOW + DAY)
    assert (endpoint.failing_since, endpoint.failure_count) == (NOW, 2)
    record(endpoint, Answer(204), now=NOW + DAY)
    assert endpoint.delivered_at == NOW + DAY
    assert (endpoint.failing_since, endpoint.failure_count, endpoint.paused_until) == (
        None,
        0,
        None,
    )


def test_failures_at_once_are_one(endpoint: WebhookEndpoint) -> None:
    record(endpoint, *[Answer(problem="It did not answer.")] * 8)
    assert endpoint.failure_count == 1
    assert endpoint.paused_until == NOW + timedelta(seconds=5)


def test_a_message_that_is_refused_is_no_trouble_of_the_endpoint(
    endpoint: WebhookEndpoint,
) -> None:
    record(endpoint, Answer(400))
    assert (endpoint.failing_since, endpoint.paused_until) == (NOW, None)


def test_the_endpoints_wish_for_a_pause_counts(endpoint: WebhookEndpoint) -> None:
    record(endpoint, Answer(429, retry_after=timedelta(hours=1)))
    assert endpoint.paused_until == NOW + timedelta(hours=1)


def test_gone_switches_off(endpoint: WebhookEndpoint) -> None:
    record(endpoint, Answer(410), Answer(204))
    assert (endpoint.is_active, endpoint.switched_off_at) == (False, NOW)
    assert "410" in endpoint.switched_off_reason


def test_failing_for_days_switches_off_with_the_last_problem(
    endpoint: WebhookEndpoint, settings
) -> None:
    settings.WEBHOOK_GIVE_UP_DAYS = 5
    record(endpoint, Answer(500))
    record(endpoint, Answer(500), now=NOW + 4 * DAY)
    assert endpoint.is_active
    record(endpoint, Answer(500, problem="It answers 500."), now=NOW + 5 * DAY)
    assert not endpoint.is_active
    assert endpoint.switched_off_reason == "It failed for 5 days: It answers 500."
    assert endpoint.notified_at is None

"""Writes down what became of attempts: of each message, and of the endpoint as a whole."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from links.models import WebhookDelivery, WebhookEndpoint
from links.webhook_endpoints import turn_off
from links.webhook_posts import Answer
from links.webhook_retries import endpoint_pause, next_attempt

_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A message that was sent. `lease` is the time until which it was ours to send."""

    delivery: WebhookDelivery
    lease: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class DeliveryCounts:
    """What became of attempts: delivered, put off until later, given up."""

    delivered: int = 0
    postponed: int = 0
    given_up: int = 0

    def plus(self, other: "DeliveryCounts") -> "DeliveryCounts":
        """Return the sum of both."""
        return DeliveryCounts(
            self.delivered + other.delivered,
            self.postponed + other.postponed,
            self.given_up + other.given_up,
        )


def record_attempts(
    *, endpoint: WebhookEndpoint, attempts: Sequence[Attempt], now: datetime
) -> DeliveryCounts:
    """Store the outcomes of one endpoint's attempts, and how the endpoint fares by them.

    A message whose lease ran out is left to whoever took it over.
    """
    taken = [attempt for attempt in attempts if attempt.answer.is_taken]
    failed = [attempt for attempt in attempts if not attempt.answer.is_taken]
    with transaction.atomic():
        _record_taken(taken, now)
        plans = [_record_failed(attempt, now) for attempt in failed]
        _note_health(endpoint, taken, failed, now)
    given_up = plans.count(None)
    return DeliveryCounts(len(taken), len(failed) - given_up, given_up)


def _record_taken(taken: Sequence[Attempt], now: datetime) -> None:
    """Mark what arrived, with one UPDATE for all that got the same answer."""
    alike: dict[tuple[Any, ...], list[Any]] = defaultdict(list)
    for attempt in taken:
        answer = attempt.answer
        alike[attempt.lease, answer.status, answer.text].append(attempt.delivery.pk)
    for (lease, status, text), ids in alike.items():
        _still_ours(ids, lease).update(
            delivered_at=now,
            next_attempt_at=None,
            attempted_at=now,
            attempt_count=F("attempt_count") + 1,
            last_status=status,
            last_answer=text,
            last_problem="",
        )


def _record_failed(attempt: Attempt, now: datetime) -> datetime | None:
    delivery, answer = attempt.delivery, attempt.answer
    count = delivery.attempt_count + 1
    planned = next_attempt(attempts=count, now=now, retry_after=answer.retry_after)
    _still_ours([delivery.pk], attempt.lease).update(
        next_attempt_at=planned,
        attempted_at=now,
        attempt_count=count,
        last_status=answer.status,
        last_answer=answer.text,
        last_problem=answer.problem[:300],
    )
    return planned


def _still_ours(ids: Sequence[Any], lease: datetime) -> Any:
    """The end of a lease is its token: nobody else takes a row before that time."""
    return WebhookDelivery.objects.filter(pk__in=ids, next_attempt_at=lease)


def _note_health(
    endpoint: WebhookEndpoint, taken: Sequence[Attempt], failed: Sequence[Attempt], now: datetime
) -> None:
    """Note whether an endpoint fails; leave one in trouble alone; switch a hopeless one off."""
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    if any(attempt.answer.is_gone for attempt in failed):
        turn_off(endpoint=endpoint, reason="It answered 410: no messages any more.", now=now)
    elif taken:
        if endpoint.failing_since or endpoint.failure_count or _is_long_ago(endpoint, now):
            row.update(delivered_at=now, failing_since=None, failure_count=0, paused_until=None)
    elif failed:
        row.update(failing_since=Coalesce("failing_since", now), **_pause(endpoint, failed, now))
        _give_up(endpoint, failed, now)


def _is_long_ago(endpoint: WebhookEndpoint, now: datetime) -> bool:
    """The last delivery is noted once a minute, so that a busy endpoint is no hot row."""
    return endpoint.delivered_at is None or now - endpoint.delivered_at >= _NOTED_EVERY


def _pause(endpoint: WebhookEndpoint, failed: Sequence[Attempt], now: datetime) -> dict[str, Any]:
    """Return a pause where the endpoint itself is unwell; several failures at once are one."""
    troubles = [attempt.answer for attempt in failed if attempt.answer.is_trouble]
    if not troubles:
        return {}
    failures = endpoint.failure_count + 1
    wishes = [answer.retry_after for answer in troubles if answer.retry_after]
    pause = endpoint_pause(failures=failures, retry_after=max(wishes, default=None))
    return {"failure_count": min(failures, 1000), "paused_until": now + pause}


def _give_up(endpoint: WebhookEndpoint, failed: Sequence[Attempt], now: datetime) -> None:
    days = settings.WEBHOOK_GIVE_UP_DAYS
    if endpoint.failing_since and now - endpoint.failing_since >= timedelta(days=days):
        problem = failed[-1].answer.problem
        turn_off(endpoint=endpoint, reason=f"It failed for {days} days: {problem}", now=now)

"""Sends the webhook messages that are due, many at once, without one endpoint delaying another.

Always: take a row by moving `next_attempt_at` to the end of a lease, in a transaction of its own,
with SKIP LOCKED. Whoever dies keeps nothing: the row is due again when the lease ends.
Always: write an outcome only where that lease still stands.
Never: send while a transaction is open, or from a thread that uses the database.

Every endpoint has a lane of its own with a bounded number of messages on the way: eight, or one
while it fails. An answer that is overdue is cut off, however slowly it drips.
"""

import time
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from threading import Thread
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from links.guarded_http import GuardedSession
from links.models import WebhookDelivery, WebhookEndpoint
from links.secrets import UnreadableSecretError
from links.webhook_endpoints import signing_keys, turn_off
from links.webhook_outcomes import Attempt, DeliveryCounts, record_attempts
from links.webhook_posts import Answer, message_body, open_session, post_message

LEASE = timedelta(minutes=2)
SLOTS, SLOTS_WHILE_FAILING, IN_FLIGHT = 8, 1, 64
_AHEAD = 2 * SLOTS
_OVERDUE_SECONDS = 20.0
_LOOK_SECONDS = 0.1


@dataclass(slots=True)
class _Lane:
    """An endpoint with what was taken for it and is not sent yet."""

    endpoint: WebhookEndpoint
    keys: Sequence[str]
    waiting: "deque[tuple[WebhookDelivery, datetime]]" = field(default_factory=deque)
    sessions: list[GuardedSession] = field(default_factory=list)
    on_the_way: int = 0

    @property
    def slots(self) -> int:
        """How many messages may be on the way at once."""
        return SLOTS_WHILE_FAILING if self.endpoint.failing_since else SLOTS


@dataclass(frozen=True, slots=True)
class _Post:
    """A message on the way."""

    lane: _Lane
    delivery: WebhookDelivery
    lease: datetime
    session: GuardedSession
    started: float


def deliver_webhooks(*, now: datetime, time_limit: timedelta) -> DeliveryCounts:
    """Send what is due until nothing is or the time is over; return what became of it.

    Several workers may do so at once. What is on the way when the time is over is waited for.
    """
    return _Run(now, time_limit).work()


class _Run:
    def __init__(self, now: datetime, time_limit: timedelta) -> None:
        self._now, self._started = now, time.monotonic()
        self._seconds = time_limit.total_seconds()
        self._lanes: dict[UUID, _Lane] = {}
        self._posts: dict[UUID, _Post] = {}
        self._answers: SimpleQueue[tuple[UUID, Answer]] = SimpleQueue()
        self._counts = DeliveryCounts()

    def work(self) -> DeliveryCounts:
        """Take, send and settle until the end; give back what was taken and not sent."""
        try:
            while True:
                if self._elapsed() < self._seconds:
                    self._take()
                    self._send()
                if not self._posts:
                    return self._counts
                self._settle(self._answered())
        finally:
            for lane in self._lanes.values():
                self._give_back(lane)
                for session in lane.sessions:
                    session.close()

    def _elapsed(self) -> float:
        return time.monotonic() - self._started

    def _clock(self) -> datetime:
        return self._now + timedelta(seconds=self._elapsed())

    def _take(self) -> None:
        """Take messages for every endpoint that has room."""
        now = self._clock()
        for endpoint in WebhookEndpoint.objects.with_due_deliveries(now=now):
            lane = self._lane(endpoint, now)
            if lane is not None and not lane.waiting:
                lane.waiting.extend(_claim(endpoint, now))

    def _lane(self, endpoint: WebhookEndpoint, now: datetime) -> _Lane | None:
        """Return an endpoint's lane with its newest state; None if nothing can be signed."""
        try:
            keys = signing_keys(endpoint=endpoint, now=now)
        except UnreadableSecretError:
            reason = "Its key cannot be read with this SECRET_KEY. Rotate it, then switch it on."
            turn_off(endpoint=endpoint, reason=reason, now=now)
            return None
        lane = self._lanes.setdefault(endpoint.pk, _Lane(endpoint, keys))
        lane.endpoint, lane.keys = endpoint, keys
        return lane

    def _send(self) -> None:
        """Start one message per lane in turn, until no lane has room or too many are on the way."""
        ready = [lane for lane in self._lanes.values() if lane.waiting]
        while ready and len(self._posts) < IN_FLIGHT:
            ready = [lane for lane in ready if lane.waiting and lane.on_the_way < lane.slots]
            for lane in sorted(ready, key=lambda one: one.on_the_way):
                if len(self._posts) < IN_FLIGHT:
                    self._start(lane)

    def _start(self, lane: _Lane) -> None:
        delivery, lease = lane.waiting.popleft()
        session = (
            lane.sessions.pop()
            if lane.sessions
            else open_session(settings.WEBHOOK_ALLOWED_PRIVATE_HOSTS)
        )
        post = _Post(lane, delivery, lease, session, time.monotonic())
        ticket = uuid4()
        self._posts[ticket] = post
        lane.on_the_way += 1
        body, now = message_body(delivery), self._clock()
        Thread(target=self._post, args=(ticket, post, body, now), daemon=True).start()

    def _post(self, ticket: UUID, post: _Post, body: bytes, now: datetime) -> None:
        """Send one message, in a thread of its own that touches no database."""
        answer = post_message(
            post.session,
            post.lane.endpoint.url,
            keys=post.lane.keys,
            message_id=str(post.delivery.pk),
            body=body,
            now=now,
        )
        self._answers.put((ticket, answer))

    def _answered(self) -> list[tuple[_Post, Answer]]:
        """Wait a moment for answers; return all that came, and those that are overdue."""
        done = [
            (post, answer)
            for ticket, answer in self._arrived()
            if (post := self._posts.pop(ticket, None)) is not None
        ]
        for post, _ in done:
            post.lane.sessions.append(post.session)
        latest = time.monotonic() - _OVERDUE_SECONDS
        tickets = [ticket for ticket, post in self._posts.items() if post.started < latest]
        overdue = [self._posts.pop(ticket) for ticket in tickets]
        for post in overdue:
            post.session.cut_off()
        problem = f"The answer did not end within {_OVERDUE_SECONDS:.0f} seconds."
        return done + [(post, Answer(problem=problem)) for post in overdue]

    def _arrived(self) -> Iterator[tuple[UUID, Answer]]:
        try:
            yield self._answers.get(timeout=_LOOK_SECONDS)
            while True:
                yield self._answers.get_nowait()
        except Empty:
            return

    def _settle(self, done: Sequence[tuple[_Post, Answer]]) -> None:
        """Write the outcomes down; a lane whose endpoint is in trouble gives back what waits."""
        now = self._clock()
        attempts: dict[UUID, list[Attempt]] = {}
        for post, answer in done:
            post.lane.on_the_way -= 1
            attempt = Attempt(post.delivery, post.lease, answer)
            attempts.setdefault(post.lane.endpoint.pk, []).append(attempt)
        for endpoint_id, its in attempts.items():
            lane = self._lanes[endpoint_id]
            counts = record_attempts(endpoint=lane.endpoint, attempts=its, now=now)
            self._counts = self._counts.plus(counts)
            if any(attempt.answer.is_trouble or attempt.answer.is_gone for attempt in its):
                self._give_back(lane)

    def _give_back(self, lane: _Lane) -> None:
        """Let others send what was taken and not sent."""
        for delivery, lease in lane.waiting:
            row = WebhookDelivery.objects.filter(pk=delivery.pk, next_attempt_at=lease)
            row.update(next_attempt_at=delivery.next_attempt_at)
        lane.waiting.clear()


def _claim(endpoint: WebhookEndpoint, now: datetime) -> list[tuple[WebhookDelivery, datetime]]:
    """Take some of an endpoint's due messages, those that are due longest first."""
    due = WebhookDelivery.objects.due(now=now).filter(endpoint=endpoint)
    lease = now + LEASE
    with transaction.atomic():
        rows = list(
            due.order_by("next_attempt_at", "pk").select_for_update(skip_locked=True)[:_AHEAD]
        )
        ids = [row.pk for row in rows]
        WebhookDelivery.objects.filter(pk__in=ids).update(next_attempt_at=lease)
    return [(row, lease) for row in rows]

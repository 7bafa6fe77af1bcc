"""The use cases of tracking: take events, confirm waiting taps, predict and preview channels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import OperationalError, transaction

from tracking.channels import TouchInputs, classify, predict_ga4
from tracking.confirmations import confirm_taps, waiting_click_ids
from tracking.event_fields import FieldError, InvalidEventError, ParsedEvent, parse_event
from tracking.event_intake import take_events
from tracking.identity import IdentityContentionError
from tracking.models import Event, IdentityEdge
from tracking.origins import note_touched
from tracking.posthog import predict_posthog
from tracking.rule_sets import load_rules

CHUNK: Final = 500
_ATTEMPTS: Final = 4
_WAITING_FOR: Final = timedelta(days=7)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class EventResult:
    """What became of one event: `accepted`, `duplicate` or `rejected` with its errors."""

    event_id: str
    status: str
    errors: list[FieldError] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class EventsResult:
    """The events' results in the order in which they came."""

    results: list[EventResult]

    def count(self, status: str) -> int:
        """Return how many events had that result."""
        return sum(result.status == status for result in self.results)


def record_events(
    *,
    origin: str,
    events: Sequence[Any],
    now: datetime,
    edge_kind: str = IdentityEdge.Kind.EVENT,
) -> EventsResult:
    """Take events as they were told; each has its own result and none spoils the others.

    The same `event_id` of one origin has its effects once, however often it is told.
    """
    results: list[EventResult | None] = [None] * len(events)
    fresh: dict[str, tuple[int, ParsedEvent]] = {}
    for place, raw in enumerate(events):
        try:
            event = parse_event(raw, now=now, default_currency=settings.REPORTING_CURRENCY)
        except InvalidEventError as error:
            results[place] = EventResult(error.event_id, "rejected", error.errors)
            continue
        if event.event_id in fresh:
            results[place] = EventResult(event.event_id, "duplicate")
        else:
            fresh[event.event_id] = (place, event)
    accepted = _take_in_chunks(origin, [event for _, event in fresh.values()], edge_kind, now)
    for event_id, (place, _) in fresh.items():
        status = "accepted" if event_id in accepted else "duplicate"
        results[place] = EventResult(event_id, status)
    return EventsResult([result for result in results if result is not None])


def _take_in_chunks(
    origin: str, events: Sequence[ParsedEvent], edge_kind: str, now: datetime
) -> set[str]:
    accepted: set[str] = set()
    for start in range(0, len(events), CHUNK):
        chunk = events[start : start + CHUNK]

        def take(chunk: Sequence[ParsedEvent] = chunk) -> set[str]:
            return take_events(origin=origin, events=chunk, edge_kind=edge_kind, now=now)

        accepted |= _in_transaction(take)
    return accepted


def _in_transaction(work: Callable[[], _T]) -> _T:
    """Run work in a transaction, again where others held the same people or rows."""
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            with transaction.atomic():
                return work()
        except IdentityContentionError:
            if attempt == _ATTEMPTS:
                raise
        except OperationalError as error:
            if attempt == _ATTEMPTS or "deadlock" not in str(error):
                raise
    raise AssertionError("unreachable")  # pragma: no cover


def confirm_waiting_taps(*, now: datetime, limit: int = 5000) -> int:
    """Confirm taps whose events came while the tap itself was being read; return how many.

    The consumer and an event may each miss the other's uncommitted row; this finds both.
    """
    click_ids = waiting_click_ids(since=now - _WAITING_FOR, limit=limit)
    if not click_ids:
        return 0

    def confirm() -> int:
        touches = confirm_taps(click_ids, now=now)
        for click_id, touch in touches.items():
            Event.objects.filter(click_id=click_id, touchpoint=None).update(
                touchpoint=touch, send=touch.send_id
            )
        named = {touch.identity_id for touch in touches.values() if touch.identity}
        note_touched(named, cause="late_touch", now=now)
        return len(touches)

    return _in_transaction(confirm)


def predict_channels(utm: Mapping[str, str]) -> dict[str, str]:
    """Say which channel a link with these tags gets here (slug), in GA4 and in PostHog."""
    return channel_predictor()(utm)


def channel_predictor() -> Callable[[Mapping[str, str]], dict[str, str]]:
    """Return what predicts channels for many links by the rules of this moment. One query."""
    rules = load_rules()

    def predict(utm: Mapping[str, str]) -> dict[str, str]:
        return {
            "textrail": classify(TouchInputs.of_utm(utm), rules).channel_slug,
            "ga4": predict_ga4(utm),
            "posthog": predict_posthog(utm),
        }

    return predict

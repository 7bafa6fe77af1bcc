"""`POST /api/v1/events`: one event or up to a thousand, each with a result of its own."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api_base import ApiView
from campaigns.api_keys import caller_id
from tracking.services import EventsResult, record_events

MAX_EVENTS = 1000


class MoneySerializer(serializers.Serializer):
    """An amount with its currency."""

    amount = serializers.CharField()
    currency = serializers.CharField(max_length=3)


class EventSerializer(serializers.Serializer):
    """One event. Only for the schema: events are read one by one, so that none spoils another."""

    event_id = serializers.CharField(max_length=120, help_text="Yours; the same one counts once")
    name = serializers.SlugField(max_length=80, help_text="`visit`, a goal's name, or any other")
    occurred_at = serializers.DateTimeField(help_text="ISO 8601 with an offset from UTC")
    tr = serializers.CharField(required=False, help_text="The click id from the landing address")
    visitor_id = serializers.CharField(required=False)
    email = serializers.EmailField(required=False)
    phone = serializers.CharField(required=False)
    crm_id = serializers.CharField(required=False, help_text="connection:id")
    utm = serializers.DictField(child=serializers.CharField(), required=False)
    click_ids = serializers.DictField(child=serializers.CharField(), required=False)
    referrer = serializers.CharField(required=False, help_text="Empty: the visitor came directly")
    page_url = serializers.CharField(required=False)
    value = MoneySerializer(required=False)
    properties = serializers.DictField(required=False)


class EventsSerializer(serializers.Serializer):
    """A batch of events."""

    events = EventSerializer(many=True)


class FieldErrorSerializer(serializers.Serializer):
    """What is wrong with one field."""

    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


def _result_serializer() -> serializers.Serializer:
    """Return one event's result; a class of ours could not have a field named `errors`."""
    return inline_serializer(
        "EventResult",
        {
            "event_id": serializers.CharField(),
            "status": serializers.ChoiceField(["accepted", "duplicate", "rejected"]),
            "errors": FieldErrorSerializer(many=True),
        },
        many=True,
    )


class EventsResultSerializer(serializers.Serializer):
    """What became of each event."""

    accepted = serializers.IntegerField()
    duplicate = serializers.IntegerField()
    rejected = serializers.IntegerField()
    results = _result_serializer()


class EventsView(ApiView):
    """Server-side events. The scope is `events`."""

    required_scope = "events"
    required_permission = "tracking.add_event"

    @extend_schema(request=EventsSerializer, responses=EventsResultSerializer)
    def post(self, request: Request) -> Response:
        """Record the events; a wrong one is told with its errors and never loses the others."""
        events = _events(request.data)
        origin = caller_id(request).removeprefix("key:")
        return Response(_body(record_events(origin=origin, events=events, now=timezone.now())))


def _events(data: Any) -> list[Any]:
    events = data.get("events", [data]) if isinstance(data, dict) else data
    if not isinstance(events, list):
        raise ValidationError({"events": ["Send one event or {“events”: [ … ]}."]})
    if not 1 <= len(events) <= MAX_EVENTS:
        raise ValidationError(
            {"events": [f"Send 1 to {MAX_EVENTS} events at once; these are {len(events)}."]}
        )
    return events


def _body(result: EventsResult) -> dict[str, Any]:
    counts = {status: result.count(status) for status in ("accepted", "duplicate", "rejected")}
    return counts | {
        "results": [
            {
                "event_id": one.event_id,
                "status": one.status,
                "errors": [asdict(error) for error in one.errors],
            }
            for one in result.results
        ]
    }

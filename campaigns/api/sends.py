"""`sends`, their preflight and transitions, and `messages`."""

from typing import Any

from django.core.validators import URLValidator
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.errors import translated
from campaigns.api.filters import SendFilter
from campaigns.api_base import ApiModelViewSet, acting_user
from campaigns.models import Campaign, Channel, Message, Send
from campaigns.preflight import Level, run_checks
from campaigns.services import delete_send, save_send, transition_send

_PERCENT = {"share": {"min_value": 1, "max_value": 100}}


class NestedMessageSerializer(serializers.ModelSerializer):
    """A message inside its send."""

    id = serializers.UUIDField(required=False)

    class Meta:
        model = Message
        fields = ("id", "body", "utm_content", "share")
        extra_kwargs = _PERCENT
        validators: list[Any] = []


class SendSerializer(serializers.ModelSerializer):
    """A send with its messages. A list of messages replaces the stored one."""

    campaign = serializers.PrimaryKeyRelatedField(queryset=Campaign.objects.all())
    campaign_name = serializers.CharField(source="campaign.name", read_only=True)
    channel = serializers.SlugRelatedField(slug_field="slug", queryset=Channel.objects.all())
    convention_version = serializers.IntegerField(source="convention.version", read_only=True)
    messages = NestedMessageSerializer(many=True, required=False)
    destination_url = serializers.CharField(
        max_length=2000, validators=[URLValidator(schemes=["http", "https"])]
    )
    # Any text is taken here: the convention refuses it, and says what would pass.
    utm_source = serializers.CharField(max_length=2000, default="sms")
    utm_medium = serializers.CharField(max_length=2000, default="text")
    utm_campaign = serializers.CharField(max_length=2000)
    utm_term = serializers.CharField(max_length=2000, allow_blank=True, required=False)

    class Meta:
        model = Send
        fields = (
            "id",
            "name",
            "campaign",
            "campaign_name",
            "channel",
            "status",
            "audience",
            "audience_size",
            "scheduled_at",
            "destination_url",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "convention_version",
            "messages",
            "live_at",
            "done_at",
            "created_at",
            "updated_at",
        )
        validators: list[Any] = []

    def create(self, validated_data: dict[str, Any]) -> Send:
        """Save a new send through the service."""
        return self._save(Send(), validated_data)

    def update(self, instance: Send, validated_data: dict[str, Any]) -> Send:
        """Save a changed send through the service."""
        return self._save(instance, validated_data)

    def _save(self, send: Send, data: dict[str, Any]) -> Send:
        given = data.pop("messages", None)
        stored = {} if send._state.adding else {row.pk: row for row in send.messages.all()}
        for name, value in data.items():
            setattr(send, name, value)
        messages = None if given is None else [_message(row, stored) for row in given]
        with translated():
            return save_send(
                send=send,
                messages=messages,
                by=acting_user(self.context["request"]),
                now=timezone.now(),
            )


def _message(data: dict[str, Any], stored: dict[Any, Message]) -> Message:
    """Return the stored message of that id or version with the new values, else a new one."""
    version = data.get("utm_content", "")
    by_version = (row for row in stored.values() if row.utm_content == version)
    message = stored.get(data.pop("id", None)) or next(by_version, None) or Message()
    for name, value in data.items():
        setattr(message, name, value)
    return message


class TransitionSerializer(serializers.Serializer):
    """Where to move a send."""

    to = serializers.ChoiceField(choices=Send.Status.choices)


class CheckResultSerializer(serializers.Serializer):
    """What one check found."""

    code = serializers.CharField()
    level = serializers.ChoiceField(choices=[level.value for level in Level])
    message = serializers.CharField()
    fix_url = serializers.CharField()


class PreflightSerializer(serializers.Serializer):
    """Every check's results; with no error among them the send may go live."""

    may_go_live = serializers.BooleanField()
    results = CheckResultSerializer(many=True)


class SendViewSet(ApiModelViewSet):
    """Dated messages to audiences, each known by its `utm_campaign`."""

    queryset = Send.objects.select_related("campaign", "channel", "convention").prefetch_related(
        "messages"
    )
    serializer_class = SendSerializer
    filterset_class = SendFilter
    ordering_fields = ("id", "name", "utm_campaign", "created_at")

    def perform_destroy(self, instance: Any) -> None:
        """Delete a draft; anything else is history."""
        with translated():
            delete_send(send=instance, by=acting_user(self.request))

    @extend_schema(responses=PreflightSerializer)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def preflight(self, request: Request, pk: str) -> Response:
        """Run every app's checks now."""
        results = run_checks(self.get_object(), now=timezone.now())
        verdict = {
            "may_go_live": all(result.level != Level.ERROR for result in results),
            "results": results,
        }
        return Response(PreflightSerializer(verdict).data)

    @extend_schema(request=TransitionSerializer, responses=SendSerializer)
    @action(detail=True, methods=["post"])
    def transition(self, request: Request, pk: str) -> Response:
        """Move the send on; 409 names what is missing."""
        wanted = TransitionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        with translated():
            moved = transition_send(
                send=self.get_object(),
                to=wanted.validated_data["to"],
                by=acting_user(request),
                now=timezone.now(),
            )
        return Response(self.get_serializer(moved).data)


class MessageSerializer(serializers.ModelSerializer):
    """One version of a send's text."""

    send = serializers.PrimaryKeyRelatedField(queryset=Send.objects.all())

    class Meta:
        model = Message
        fields = ("id", "send", "body", "utm_content", "share", "created_at")
        extra_kwargs = _PERCENT
        validators: list[Any] = []

    def create(self, validated_data: dict[str, Any]) -> Message:
        """Add a version to its send."""
        return self._save(Message(), validated_data)

    def update(self, instance: Message, validated_data: dict[str, Any]) -> Message:
        """Change a version; it stays with its send."""
        validated_data["send"] = instance.send
        return self._save(instance, validated_data)

    def _save(self, message: Message, data: dict[str, Any]) -> Message:
        for name, value in data.items():
            setattr(message, name, value)
        others = message.send.messages.exclude(pk=message.pk)
        with translated():
            save_send(
                send=message.send,
                messages=[*others, message],
                by=acting_user(self.context["request"]),
                now=timezone.now(),
            )
        return message


class MessageViewSet(ApiModelViewSet):
    """Versions of sends' texts."""

    queryset = Message.objects.select_related("send__channel")
    serializer_class = MessageSerializer
    filterset_fields = ("send", "utm_content")
    ordering_fields = ("id", "created_at")

    def perform_destroy(self, instance: Any) -> None:
        """Take a version away from its send."""
        with translated():
            save_send(
                send=instance.send,
                messages=list(instance.send.messages.exclude(pk=instance.pk)),
                by=acting_user(self.request),
                now=timezone.now(),
            )

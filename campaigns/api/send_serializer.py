"""A send with its messages, as the API reads and writes it."""

from typing import Any

from django.core.validators import URLValidator
from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from campaigns.api.errors import translated
from campaigns.api.send_shapes import (
    ApprovalSerializer,
    PlannedCostSerializer,
    SendTransitionSerializer,
    approval,
    transition,
)
from campaigns.api.time_zones import check_time_zone
from campaigns.api_base import acting_user
from campaigns.models import Campaign, Channel, Message, Send
from campaigns.money import api_money
from campaigns.send_history import transitions_of
from campaigns.sending_policy import policies_of
from campaigns.services import save_send

MESSAGE_FIELDS = ("body", "utm_content", "share", "destination_url", "replaces", "retired_at")
MESSAGE_OPTIONS: dict[str, dict[str, Any]] = {
    "share": {"min_value": 1, "max_value": 100},
    "replaces": {"read_only": True},
    "retired_at": {"read_only": True},
}


class NestedMessageSerializer(serializers.ModelSerializer):
    """A message inside its send."""

    id = serializers.UUIDField(required=False)

    class Meta:
        model = Message
        fields = ("id", *MESSAGE_FIELDS)
        extra_kwargs = MESSAGE_OPTIONS
        validators: list[Any] = []


class SendListSerializer(serializers.ListSerializer):
    """Sends, whose history and policies are read for all of them at once."""

    def to_representation(self, data: Any) -> Any:
        """Look up what concerns all rows, then write them."""
        sends = list(data.all() if hasattr(data, "all") else data)
        self.context["transitions"] = transitions_of(sends)
        self.context["policies"] = policies_of({send.channel_id for send in sends})
        return super().to_representation(sends)


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
    planned_cost = serializers.SerializerMethodField(
        help_text="What it was expected to cost when it went live"
    )
    transitions = serializers.SerializerMethodField()
    approval = serializers.SerializerMethodField()

    class Meta:
        model = Send
        list_serializer_class = SendListSerializer
        fields: tuple[str, ...] = (
            "id",
            "name",
            "campaign",
            "campaign_name",
            "channel",
            "status",
            "audience",
            "audience_size",
            "holdout_percent",
            "scheduled_at",
            "time_zone",
            "destination_url",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "utm_term",
            "convention_version",
            "messages",
            "approval",
            "transitions",
            "cloned_from",
            "planned_cost",
            "live_at",
            "done_at",
            "created_at",
            "updated_at",
        )
        extra_kwargs: dict[str, dict[str, Any]] = {
            "cloned_from": {"read_only": True},
            "time_zone": {"validators": [check_time_zone]},
        }
        validators: list[Any] = []

    @extend_schema_field(PlannedCostSerializer(allow_null=True))
    def get_planned_cost(self, obj: Send) -> Any:
        """Return the money, or null where no rate was set."""
        if obj.planned_cost_minor is None:
            return None
        return api_money(obj.planned_cost_minor, obj.planned_cost_currency)

    @extend_schema_field(SendTransitionSerializer(many=True))
    def get_transitions(self, obj: Send) -> Any:
        """Return who moved it when, the earliest first."""
        known = self.context.get("transitions") or transitions_of([obj])
        return [transition(found) for found in known[obj.pk]]

    @extend_schema_field(ApprovalSerializer)
    def get_approval(self, obj: Send) -> Any:
        """Return whether a second person's yes is needed, and what became of it."""
        known = self.context.get("policies") or policies_of({obj.channel_id})
        return approval(obj, known[obj.channel_id])

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse another status: a client that wrote it would think it had moved the send."""
        present = self.instance.status if self.instance else Send.Status.DRAFT
        written = getattr(self, "initial_data", {})  # inside another serializer there is none
        if written.get("status", present) != present:
            message = f"The send is {present}. POST sends/{{id}}/transition moves it on."
            raise serializers.ValidationError({"status": ErrorDetail(message, "not-writable")})
        return attrs

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

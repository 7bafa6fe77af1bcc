"""What a caller may ask of a send besides its fields."""

from typing import Any

from rest_framework import serializers

from campaigns.api.send_serializer import SendSerializer
from campaigns.models import Send


class TransitionSerializer(serializers.Serializer):
    """Where to move a send."""

    to = serializers.ChoiceField(choices=Send.Status.choices)


class ApproveSerializer(serializers.Serializer):
    """What the approver wants to say, if anything."""

    note = serializers.CharField(max_length=300, allow_blank=True, required=False)


class AcknowledgeSerializer(serializers.Serializer):
    """Which warning is accepted, word for word, and why."""

    code = serializers.CharField(max_length=60)
    message = serializers.CharField(max_length=2000)
    reason = serializers.CharField(allow_blank=True)


class CloneSerializer(SendSerializer):
    """Values the copy shall have instead of the copied ones; all may be left out."""

    class Meta(SendSerializer.Meta):
        fields = (
            "name",
            "campaign",
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
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{**kwargs, "partial": True})

"""`sending-policies`: how each channel's sends go out."""

from typing import Any

from rest_framework import serializers
from rest_framework.validators import UniqueValidator

from campaigns.api.filters import SendingPolicyFilter
from campaigns.api.time_zones import check_time_zone
from campaigns.api_base import ApiModelViewSet, acting_user
from campaigns.history import delete_by, save_by
from campaigns.models import Channel, SendingPolicy
from campaigns.money import InvalidCurrencyError, check_currency


class SendingPolicySerializer(serializers.ModelSerializer):
    """A channel's policy: approval, quiet hours, length, cost, and rest between sends."""

    channel = serializers.SlugRelatedField(
        slug_field="slug",
        queryset=Channel.objects.all(),
        validators=[
            UniqueValidator(
                SendingPolicy.objects.all(), "This channel has a sending policy; change that one."
            )
        ],
    )
    currency = serializers.CharField(max_length=3, required=False)

    class Meta:
        model = SendingPolicy
        fields = (
            "id",
            "channel",
            "needs_approval",
            "warnings_need_reason",
            "quiet_from",
            "quiet_until",
            "quiet_hours_block",
            "time_zone",
            "most_segments",
            "segment_rate",
            "currency",
            "collision_days",
        )
        extra_kwargs: dict[str, dict[str, Any]] = {
            "segment_rate": {"min_value": 0},
            "most_segments": {"min_value": 1},
            "time_zone": {"validators": [check_time_zone]},
        }

    def validate_currency(self, value: str) -> str:
        """Return the code in capitals."""
        try:
            return check_currency(value)
        except InvalidCurrencyError as error:
            raise serializers.ValidationError(str(error), code="currency-unknown") from error

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse one half of the quiet hours."""
        stored = self.instance or SendingPolicy()
        names = ("quiet_from", "quiet_until")
        starts, ends = (attrs.get(name, getattr(stored, name)) for name in names)
        if (starts is None) != (ends is None):
            text = "Quiet hours need both a start and an end, or neither."
            raise serializers.ValidationError({"quiet_until": [text]}, code="quiet-hours-half")
        return attrs

    def create(self, validated_data: dict[str, Any]) -> SendingPolicy:
        """Store a new policy; its history says who wrote it."""
        return self.update(SendingPolicy(), validated_data)

    def update(self, instance: SendingPolicy, validated_data: dict[str, Any]) -> SendingPolicy:
        """Store a changed policy; its history says who changed it."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        save_by(instance, acting_user(self.context["request"]))
        return instance


class SendingPolicyViewSet(ApiModelViewSet):
    """How each channel's sends go out; a channel without a policy keeps to the usual one."""

    queryset = SendingPolicy.objects.select_related("channel")
    serializer_class = SendingPolicySerializer
    filterset_class = SendingPolicyFilter
    ordering_fields = ("id",)

    def perform_destroy(self, instance: Any) -> None:
        """Delete it: the channel keeps to the usual policy from now on."""
        delete_by(instance, acting_user(self.request))

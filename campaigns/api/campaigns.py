"""`channels` and `campaigns`."""

from typing import Any

from rest_framework import serializers

from campaigns.api_base import ApiModelViewSet
from campaigns.models import Campaign, Channel


class ChannelSerializer(serializers.ModelSerializer):
    """A channel."""

    color = serializers.RegexField(r"^#[0-9a-fA-F]{6}$", required=False)

    class Meta:
        model = Channel
        fields = ("id", "slug", "name", "is_paid", "position", "color")


class ChannelViewSet(ApiModelViewSet):
    """Ways to reach people, by which touches, spend and credit are compared."""

    queryset = Channel.objects.all()
    serializer_class = ChannelSerializer
    filterset_fields = ("slug", "is_paid")
    ordering_fields = ("id", "position", "name")


class CampaignSerializer(serializers.ModelSerializer):
    """A campaign."""

    class Meta:
        model = Campaign
        fields = ("id", "name", "description", "starts_on", "ends_on", "created_at")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse an end before the start."""
        starts_on = attrs.get("starts_on", getattr(self.instance, "starts_on", None))
        ends_on = attrs.get("ends_on", getattr(self.instance, "ends_on", None))
        if starts_on and ends_on and ends_on < starts_on:
            raise serializers.ValidationError({"ends_on": ["It ends before it starts."]})
        return attrs


class CampaignViewSet(ApiModelViewSet):
    """Purposes that sends serve."""

    queryset = Campaign.objects.all()
    serializer_class = CampaignSerializer
    filterset_fields = {"name": ["exact", "icontains"], "starts_on": ["gte", "lte"]}
    ordering_fields = ("id", "name", "created_at")

"""`conventions`."""

from typing import Any

from rest_framework import serializers
from rest_framework.reverse import reverse

from campaigns.api.filters import ConventionFilter
from campaigns.api_base import ApiReadOnlyViewSet
from campaigns.models import ConventionToken, NamingConvention


class ConventionTokenSerializer(serializers.ModelSerializer):
    """One part of a campaign name."""

    class Meta:
        model = ConventionToken
        fields = ("position", "name", "kind", "words", "is_required", "example")


class ConventionSerializer(serializers.ModelSerializer):
    """A version of a channel's rules."""

    channel: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    tokens = ConventionTokenSerializer(many=True, read_only=True)
    page = serializers.SerializerMethodField(help_text="The team's page; null for a draft")

    class Meta:
        model = NamingConvention
        fields = (
            "id",
            "channel",
            "version",
            "status",
            "sources",
            "mediums",
            "campaign_max_length",
            "reserved_words",
            "content_prefix",
            "term_max_length",
            "tokens",
            "published_at",
            "page",
        )

    def get_page(self, obj: NamingConvention) -> str | None:
        """Return the address of the published page."""
        if obj.status == NamingConvention.Status.DRAFT:
            return None
        return reverse("convention", args=[obj.token], request=self.context.get("request"))


class ConventionViewSet(ApiReadOnlyViewSet):
    """The rules for UTM values, all versions."""

    queryset = NamingConvention.objects.select_related("channel").prefetch_related("tokens")
    serializer_class = ConventionSerializer
    filterset_class = ConventionFilter
    ordering_fields = ("id", "version")

"""`people/{id}` and `people/{id}/journey`."""

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api_base import ApiGenericViewSet
from campaigns.personal_data import may_see_personal_data
from tracking.models import Identity, Person
from tracking.people import current_person
from tracking.shown_identities import shown_value
from tracking.timelines import TimelineItem, timeline_of

if TYPE_CHECKING:
    _Slug = serializers.SlugRelatedField[Any]


class IdentitySerializer(serializers.ModelSerializer):
    """One way by which a person is known; masked for whoever may not see personal data."""

    value = serializers.SerializerMethodField("shown")

    class Meta:
        model = Identity
        fields = ["id", "kind", "value", "is_frozen", "first_seen_at"]

    def shown(self, identity: Identity) -> str:
        """Return the value as the caller may see it."""
        unmasked = may_see_personal_data(self.context["request"].user)
        return shown_value(identity, unmasked=unmasked)


class PersonSerializer(serializers.ModelSerializer):
    """A person with the fields that name the originating campaign."""

    original_channel: "_Slug" = serializers.SlugRelatedField(slug_field="slug", read_only=True)
    original_campaign: "_Slug" = serializers.SlugRelatedField(slug_field="name", read_only=True)
    original_send: "_Slug" = serializers.SlugRelatedField(slug_field="name", read_only=True)
    identities = IdentitySerializer(many=True, read_only=True)

    class Meta:
        model = Person
        fields = [
            "id", "created_at", "originated_at", "original_channel", "original_campaign",
            "original_send", "original_utm_source", "original_utm_medium",
            "original_utm_campaign", "original_utm_content", "original_utm_term", "erased_at",
            "identities",
        ]  # fmt: skip


class TimelineItemSerializer(serializers.Serializer):
    """One item of a journey. Only for the schema."""

    kind = serializers.ChoiceField(["exposure", "touch", "event"])
    id = serializers.UUIDField()
    occurred_at = serializers.DateTimeField()
    title = serializers.CharField()
    channel = serializers.CharField(allow_null=True)
    utm = serializers.DictField(child=serializers.CharField())
    send = serializers.CharField(allow_null=True)
    link = serializers.CharField(allow_null=True)
    goal = serializers.CharField(allow_null=True)
    exclusion = serializers.CharField(allow_null=True)
    credit = serializers.DictField()


class JourneySerializer(serializers.Serializer):
    """A person and what happened, oldest first. Only for the schema."""

    person = PersonSerializer()
    timeline = TimelineItemSerializer(many=True)


class PersonViewSet(mixins.RetrieveModelMixin, ApiGenericViewSet):
    """People. One that was joined to another answers as the other."""

    queryset = Person.objects.select_related(
        "original_channel", "original_campaign", "original_send"
    )
    serializer_class = PersonSerializer
    required_permission = "tracking.view_person"

    def get_object(self) -> Person:
        """Return the person, or who took its identities over."""
        rows: QuerySet[Person] = self.get_queryset().prefetch_related("identities")
        return current_person(super().get_object(), rows)

    @extend_schema(responses=JourneySerializer)
    @action(detail=True)
    def journey(self, request: Request, pk: str) -> Response:
        """Return the person's timeline: sends, taps, visits and events, oldest first."""
        person = self.get_object()
        return Response(
            {
                "person": self.get_serializer(person).data,
                "timeline": [_item(item) for item in timeline_of(person)],
            }
        )


def _item(item: TimelineItem) -> dict[str, Any]:
    return {
        "kind": item.kind,
        "id": item.id,
        "occurred_at": item.occurred_at,
        "title": item.title,
        "channel": item.channel.slug if item.channel else None,
        "utm": item.utm,
        "send": item.send.utm_campaign if item.send else None,
        "link": str(item.link) if item.link else None,
        "goal": item.goal or None,
        "exclusion": item.exclusion or None,
        "credit": item.credit,
    }

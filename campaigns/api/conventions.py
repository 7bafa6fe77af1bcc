"""`conventions`: all versions, and what may be done with a draft."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from campaigns.api.errors import translated
from campaigns.api.filters import ConventionFilter
from campaigns.api_base import ApiModelViewSet, acting_user
from campaigns.convention_changes import changes_between
from campaigns.convention_faults import faults_of
from campaigns.convention_versions import (
    delete_draft,
    draft_new_version,
    publish_convention,
    save_draft,
)
from campaigns.models import Channel, ConventionToken, NamingConvention
from campaigns.published_rules import rules_of, version_before

LONGEST_VALUE = 100


class ConventionTokenSerializer(serializers.ModelSerializer):
    """One part of a campaign name. Its place is its place in the list."""

    max_length = serializers.IntegerField(
        min_value=1, max_value=LONGEST_VALUE, allow_null=True, required=False
    )

    class Meta:
        model = ConventionToken
        fields = ("position", "name", "kind", "words", "max_length", "is_required", "example")
        read_only_fields = ("position",)


class ConventionSerializer(serializers.ModelSerializer):
    """A version of a channel's rules. Only a draft can be written."""

    channel: Any = serializers.SlugRelatedField(slug_field="slug", queryset=Channel.objects.all())
    tokens = ConventionTokenSerializer(many=True, required=False)
    campaign_max_length = serializers.IntegerField(
        min_value=1, max_value=LONGEST_VALUE, required=False
    )
    term_max_length = serializers.IntegerField(min_value=1, max_value=LONGEST_VALUE, required=False)
    page = serializers.SerializerMethodField(help_text="The team's page; null for a draft")
    faults = serializers.SerializerMethodField(
        help_text="Why a draft cannot be published; empty where it can"
    )

    class Meta:
        model = NamingConvention
        fields = (
            "id",
            "channel",
            "version",
            "status",
            "sources",
            "mediums",
            "separator",
            "campaign_max_length",
            "reserved_words",
            "content_prefix",
            "content_numbering",
            "term_max_length",
            "term_words",
            "requires_term",
            "tokens",
            "published_at",
            "page",
            "faults",
        )
        read_only_fields = ("version", "status", "published_at")

    def get_page(self, obj: NamingConvention) -> str | None:
        """Return the address of the published page."""
        if obj.status == NamingConvention.Status.DRAFT:
            return None
        return reverse("convention", args=[obj.token], request=self.context.get("request"))

    def get_faults(self, obj: NamingConvention) -> list[str]:
        """Return what makes a draft impossible to follow."""
        if obj.status != NamingConvention.Status.DRAFT:
            return []
        return faults_of(rules_of(obj, today=timezone.localdate()))

    def validate_channel(self, channel: Channel) -> Channel:
        """Refuse to move a version: its number counts within its channel."""
        if self.instance is not None and self.instance.channel_id != channel.pk:
            raise serializers.ValidationError("A version stays with its channel.")
        return channel

    def validate_tokens(self, tokens: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Refuse two parts of one name."""
        names = [token["name"] for token in tokens]
        for name in names:
            if names.count(name) > 1:
                raise serializers.ValidationError(f"“{name}” is the name of two parts.")
        return tokens

    def create(self, validated_data: dict[str, Any]) -> NamingConvention:
        """Make a draft."""
        tokens = validated_data.pop("tokens", [])
        return self._saved(NamingConvention(**validated_data), tokens)

    def update(
        self, instance: NamingConvention, validated_data: dict[str, Any]
    ) -> NamingConvention:
        """Change a draft; `tokens`, where they are sent, replace all its parts."""
        tokens = validated_data.pop("tokens", None)
        for name, value in validated_data.items():
            setattr(instance, name, value)
        return self._saved(instance, tokens)

    def _saved(
        self, convention: NamingConvention, tokens: list[dict[str, Any]] | None
    ) -> NamingConvention:
        parts = None if tokens is None else _parts(convention, tokens)
        with translated():
            save_draft(convention=convention, parts=parts, by=acting_user(self.context["request"]))
        return _loaded(convention)


def _parts(convention: NamingConvention, tokens: list[dict[str, Any]]) -> list[ConventionToken]:
    """Return the parts as they were sent; one of a known name stays that part in its history."""
    stored = {part.name: part.pk for part in convention.tokens.all()}
    parts = [ConventionToken(**token) for token in tokens]
    for part in parts:
        if part.name in stored:
            part.pk, part._state.adding = stored[part.name], False
    return parts


def _loaded(convention: NamingConvention) -> NamingConvention:
    """Return a version with its parts as they are stored now."""
    found = NamingConvention.objects.select_related("channel").prefetch_related("tokens")
    return found.get(pk=convention.pk)


class RuleChangeSerializer(serializers.Serializer):
    """One difference from the version before."""

    kind = serializers.CharField(help_text="added, removed or changed")
    field = serializers.CharField()
    part = serializers.CharField()
    values = serializers.ListField(child=serializers.CharField())
    sentence = serializers.CharField()


class RuleChangesSerializer(serializers.Serializer):
    """What a version changes; for a draft, against the version in force."""

    since = serializers.IntegerField(allow_null=True, help_text="The version before, if any")
    changes = RuleChangeSerializer(many=True)


class ConventionViewSet(ApiModelViewSet):
    """The rules for UTM values, all versions. A published version never changes."""

    queryset = NamingConvention.objects.select_related("channel").prefetch_related("tokens")
    serializer_class = ConventionSerializer
    filterset_class = ConventionFilter
    ordering_fields = ("id", "version")

    def perform_destroy(self, instance: Any) -> None:
        """Delete a draft."""
        with translated():
            delete_draft(convention=instance, by=acting_user(self.request))

    @extend_schema(request=None, responses=ConventionSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Put a draft in force; the version before it is retired."""
        with translated():
            done = publish_convention(
                convention=self.get_object(), by=acting_user(request), now=timezone.now()
            )
        return Response(self.get_serializer(_loaded(done)).data)

    @extend_schema(request=None, responses={201: ConventionSerializer})
    @action(detail=True, methods=["post"], url_path="new-version")
    def new_version(self, request: Request, pk: str) -> Response:
        """Draft the next version, with the rules of this one."""
        draft = draft_new_version(convention=self.get_object(), by=acting_user(request))
        return Response(self.get_serializer(_loaded(draft)).data, status=201)

    @extend_schema(responses=RuleChangesSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None)
    def changes(self, request: Request, pk: str) -> Response:
        """Tell what a version changes against the one before it."""
        convention, today = self.get_object(), timezone.localdate()
        before = version_before(convention)
        if before is None:
            return Response(RuleChangesSerializer({"since": None, "changes": []}).data)
        found = changes_between(rules_of(before, today=today), rules_of(convention, today=today))
        return Response(RuleChangesSerializer({"since": before.version, "changes": found}).data)

"""`channel-rules`: the ordered list, and what a change would move."""

from dataclasses import asdict
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api_base import ApiModelViewSet
from campaigns.models import Channel
from tracking.channel_rule_order import next_position, preview_rules, rules_with
from tracking.channel_wording import describe_conditions
from tracking.channels import ConditionError, check_conditions
from tracking.models import ChannelRule
from tracking.reclassifying import reclassify


class ChannelRuleSerializer(serializers.ModelSerializer):
    """One rule; `sentence` reads its conditions out."""

    channel = serializers.SlugRelatedField(slug_field="slug", queryset=Channel.objects.all())
    position = serializers.IntegerField(min_value=1, required=False)
    sentence = serializers.SerializerMethodField()

    class Meta:
        model = ChannelRule
        fields = [
            "id", "position", "name", "channel", "conditions", "sentence", "is_active",
            "is_shipped",
        ]  # fmt: skip
        read_only_fields = ["is_shipped"]

    def get_sentence(self, rule: ChannelRule) -> str:
        """Return the conditions in words."""
        return describe_conditions(rule.conditions)

    def validate_conditions(self, value: Any) -> Any:
        """Refuse conditions that name unknown fields or operators."""
        try:
            check_conditions(value)
        except ConditionError as error:
            raise ValidationError(str(error), code="condition-invalid") from error
        return value

    def validate_position(self, value: int) -> int:
        """Refuse a place that another rule has."""
        taken = ChannelRule.objects.filter(position=value)
        if self.instance is not None and not self.context.get("is_preview"):
            taken = taken.exclude(pk=self.instance.pk)
        if taken.exists() and not self.context.get("is_preview"):
            raise ValidationError(f"Position {value} is taken.", code="position-taken")
        return value


class MoveSerializer(serializers.Serializer):
    """How many touches would go from one channel to another."""

    from_channel = serializers.CharField()
    to_channel = serializers.CharField()
    count = serializers.IntegerField()
    example = serializers.DictField(child=serializers.CharField())


class PreviewSerializer(serializers.Serializer):
    """What a change would move."""

    rule_set_version = serializers.CharField()
    touches = serializers.IntegerField()
    moved = serializers.IntegerField()
    moves = MoveSerializer(many=True)


class AppliedSerializer(serializers.Serializer):
    """How many touches changed their channel."""

    moved = serializers.IntegerField()


class PreviewRuleSerializer(ChannelRuleSerializer):
    """A rule as it might be: `id` names the one it would replace."""

    id = serializers.UUIDField(required=False)


class PreviewRequestSerializer(serializers.Serializer):
    """Rules to add or change; none asks what the rules in force would move."""

    rules = PreviewRuleSerializer(many=True, required=False, default=list)


class ByPosition(CursorPagination):
    """In the order in which rules are tried."""

    ordering = "position"
    page_size = 200


class ChannelRuleViewSet(ApiModelViewSet):
    """The ordered rules that name a touch's channel."""

    queryset = ChannelRule.objects.select_related("channel")
    serializer_class = ChannelRuleSerializer
    pagination_class = ByPosition
    filterset_fields = ["is_active", "is_shipped"]

    def perform_create(self, serializer: serializers.BaseSerializer[ChannelRule]) -> None:
        """Put a rule without a position behind all others."""
        position = serializer.validated_data.get("position") or next_position()
        serializer.save(position=position)

    @extend_schema(request=PreviewRequestSerializer, responses=PreviewSerializer)
    @action(detail=False, methods=["post"], required_scope="read")
    def preview(self, request: Request) -> Response:
        """Say how many touches would change their channel; nothing is stored."""
        said = PreviewRequestSerializer(data=request.data, context={"is_preview": True})
        said.is_valid(raise_exception=True)
        preview = preview_rules(rules_with([_rule(row) for row in said.validated_data["rules"]]))
        return Response(
            {
                "rule_set_version": preview.rule_set_version,
                "touches": preview.touch_count,
                "moved": preview.moved_count,
                "moves": [asdict(move) for move in preview.moves],
            }
        )

    @extend_schema(request=None, responses=AppliedSerializer)
    @action(detail=False, methods=["post"])
    def apply(self, request: Request) -> Response:
        """Give earlier touches the channel that the rules in force name; credit follows."""
        return Response({"moved": reclassify(now=timezone.now())})


def _rule(row: dict[str, Any]) -> ChannelRule:
    known = ChannelRule.objects.filter(pk=row["id"]).first() if "id" in row else None
    position = known.position if known else next_position()
    return ChannelRule(**{"position": position, "is_active": True, **row})

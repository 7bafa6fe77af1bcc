"""`traffic-exclusions`: own staff and test traffic, with a preview of what one would touch."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api_base import ApiModelViewSet
from tracking.exclusions import (
    InvalidExclusionError,
    check_exclusion,
    normalised,
    preview,
    remove_exclusion,
    save_exclusion,
)
from tracking.models import TrafficExclusion


class TrafficExclusionSerializer(serializers.ModelSerializer):
    """One entry of the list. `kind` and `value` stay as they were first written."""

    class Meta:
        model = TrafficExclusion
        fields = (
            "id", "kind", "value", "reason", "note", "starts_at", "ends_at", "created_at",
        )  # fmt: skip
        read_only_fields = ("created_at",)
        validators: tuple[Any, ...] = ()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Bring the value into the form in which it is compared."""
        stored = self.instance
        for name in ("kind", "value"):
            if stored is not None and name in attrs and attrs[name] != getattr(stored, name):
                raise serializers.ValidationError({name: "This cannot be changed."})
        try:
            if stored is None:
                attrs["value"] = normalised(attrs["kind"], attrs["value"])
            given = {
                name: attrs.get(name, getattr(stored, name, None))
                for name in ("kind", "value", "starts_at", "ends_at")
            }
            check_exclusion(TrafficExclusion(**given, **({"pk": stored.pk} if stored else {})))
        except InvalidExclusionError as error:
            raise serializers.ValidationError({error.field: str(error)}) from error
        return attrs

    def create(self, validated_data: dict[str, Any]) -> TrafficExclusion:
        """Store it and mark the touches."""
        exclusion = TrafficExclusion(**validated_data)
        save_exclusion(exclusion=exclusion, now=timezone.now())
        return exclusion

    def update(
        self, instance: TrafficExclusion, validated_data: dict[str, Any]
    ) -> TrafficExclusion:
        """Store it and mark the touches anew."""
        for name, value in validated_data.items():
            setattr(instance, name, value)
        save_exclusion(exclusion=instance, now=timezone.now())
        return instance


class EffectSerializer(serializers.Serializer):
    """One figure of a preview, in words."""

    name = serializers.CharField()
    text = serializers.CharField()


class ExclusionPreviewSerializer(serializers.Serializer):
    """What an entry would touch."""

    people = serializers.IntegerField()
    touches = serializers.IntegerField()
    effects = EffectSerializer(many=True)


class TrafficExclusionViewSet(ApiModelViewSet):
    """Own staff and test traffic."""

    queryset = TrafficExclusion.objects.all()
    serializer_class = TrafficExclusionSerializer
    filterset_fields = ("kind", "value", "reason")

    def perform_destroy(self, instance: Any) -> None:
        """Take it away and let the touches count again."""
        remove_exclusion(exclusion=instance, now=timezone.now())

    @extend_schema(request=TrafficExclusionSerializer, responses={200: ExclusionPreviewSerializer})
    @action(detail=False, methods=["post"], required_scope="read")
    def preview(self, request: Request) -> Response:
        """Say what an entry would touch; nothing is stored."""
        said = self.get_serializer(data=request.data)
        said.is_valid(raise_exception=True)
        found = preview(TrafficExclusion(**said.validated_data))
        return Response(ExclusionPreviewSerializer(found).data)

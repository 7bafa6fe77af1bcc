"""`messages`: the versions of sends' texts, and the replacing of one that is going out."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.errors import translated
from campaigns.api.send_serializer import MESSAGE_FIELDS, MESSAGE_OPTIONS
from campaigns.api_base import ApiModelViewSet, acting_user
from campaigns.models import Message, ProposedText, Send
from campaigns.services import change_live_text, save_send
from campaigns.versions import WHOLE, active, spread


class MessageSerializer(serializers.ModelSerializer):
    """One version of a send's text."""

    send = serializers.PrimaryKeyRelatedField(queryset=Send.objects.all())

    class Meta:
        model = Message
        fields = ("id", "send", *MESSAGE_FIELDS, "created_at")
        extra_kwargs = MESSAGE_OPTIONS
        validators: list[Any] = []

    def create(self, validated_data: dict[str, Any]) -> Message:
        """Add a version to its send; without a share it gets as much as the others."""
        message = Message()
        others = active(validated_data["send"].messages.all())
        validated_data.setdefault("share", WHOLE // (len(others) + 1))
        return self._save(message, validated_data, others)

    def update(self, instance: Message, validated_data: dict[str, Any]) -> Message:
        """Change a version; it stays with its send."""
        validated_data["send"] = instance.send
        others = active(instance.send.messages.exclude(pk=instance.pk))
        return self._save(instance, validated_data, others if "share" in validated_data else [])

    def _save(self, message: Message, data: dict[str, Any], make_room: list[Message]) -> Message:
        """Save the version with its send; the named others share what its own share leaves."""
        for name, value in data.items():
            setattr(message, name, value)
        known = {row.pk: row for row in make_room}
        spread(make_room, WHOLE - message.share)
        others = message.send.messages.exclude(pk=message.pk)
        with translated():
            save_send(
                send=message.send,
                messages=[*(known.get(row.pk, row) for row in others), message],
                by=acting_user(self.context["request"]),
                now=timezone.now(),
            )
        return message


class ReplacementSerializer(serializers.Serializer):
    """The new text of a version that is going out; a landing page left out stays the same."""

    body = serializers.CharField(max_length=1600)
    destination_url = serializers.CharField(max_length=2000, allow_blank=True, required=False)


class ProposedSerializer(serializers.Serializer):
    """Where to follow a text that waits for a second person."""

    proposed_text = serializers.UUIDField()


class MessageViewSet(ApiModelViewSet):
    """Versions of sends' texts."""

    queryset = Message.objects.select_related("send__channel")
    serializer_class = MessageSerializer
    filterset_fields = {
        "send": ["exact"],
        "utm_content": ["exact"],
        "retired_at": ["isnull"],
        "replaces": ["exact"],
    }
    ordering_fields = ("id", "created_at")

    def perform_destroy(self, instance: Any) -> None:
        """Take a version away from its send; the others share its recipients."""
        others = list(instance.send.messages.exclude(pk=instance.pk))
        spread(active(others))
        with translated():
            save_send(
                send=instance.send,
                messages=others,
                by=acting_user(self.request),
                now=timezone.now(),
            )

    @extend_schema(
        request=ReplacementSerializer,
        responses={201: MessageSerializer, 202: ProposedSerializer},
    )
    @action(detail=True, methods=["post"])
    def replace(self, request: Request, pk: str) -> Response:
        """Put a new version in the place of one that is going out; the old one is kept.

        202 where a second person has to agree first: `proposed-texts/{id}/accept` is theirs.
        """
        wanted = ReplacementSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        message = self.get_object()
        with translated():
            new = change_live_text(
                message=message,
                body=wanted.validated_data["body"],
                destination_url=wanted.validated_data.get(
                    "destination_url", message.destination_url
                ),
                by=acting_user(request),
                now=timezone.now(),
            )
        if isinstance(new, ProposedText):
            return Response({"proposed_text": str(new.pk)}, status=202)
        return Response(self.get_serializer(new).data, status=201)

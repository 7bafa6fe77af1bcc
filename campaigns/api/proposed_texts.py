"""`proposed-texts`: new texts of live sends that wait for a second person, or waited."""

from typing import Any

from django.utils import timezone
from django_filters.rest_framework import BooleanFilter, FilterSet, UUIDFilter
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.errors import translated
from campaigns.api.messages import MessageSerializer
from campaigns.api_base import ApiReadOnlyViewSet, acting_user
from campaigns.models import ProposedText
from campaigns.services import accept_text, decline_text


class ProposedTextSerializer(serializers.ModelSerializer):
    """A new text, by whom, and what became of it; `is_accepted` null: it waits."""

    send = serializers.UUIDField(source="message.send_id", read_only=True)
    proposed_by = serializers.CharField(source="proposed_by.username", read_only=True, default=None)
    decided_by = serializers.CharField(source="decided_by.username", read_only=True, default=None)

    class Meta:
        model = ProposedText
        fields = (
            "id", "send", "message", "body", "destination_url", "proposed_by", "proposed_at",
            "is_accepted", "decided_by", "decided_at",
        )  # fmt: skip
        read_only_fields = fields


class ProposedTextFilter(FilterSet):
    """`?send=`, `?message=`, `?is_waiting=true`."""

    send = UUIDFilter(field_name="message__send_id")
    is_waiting = BooleanFilter(field_name="decided_at", lookup_expr="isnull")

    class Meta:
        model = ProposedText
        fields = ("message", "is_accepted")


class ProposedTextViewSet(ApiReadOnlyViewSet):
    """New texts of live sends, and the second person's answer. `messages/{id}/replace` makes one."""

    queryset = ProposedText.objects.select_related("message", "proposed_by", "decided_by")
    serializer_class = ProposedTextSerializer
    filterset_class = ProposedTextFilter
    ordering_fields = ("id", "proposed_at")

    @extend_schema(request=None, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"], required_permission="campaigns.approve_send")
    def accept(self, request: Request, pk: Any) -> Response:
        """Let the text go out from now on; 409 says why not."""
        with translated():
            new = accept_text(
                proposal=self.get_object(), by=acting_user(request), now=timezone.now()
            )
        return Response(MessageSerializer(new, context={"request": request}).data, status=201)

    @extend_schema(request=None, responses=ProposedTextSerializer)
    @action(detail=True, methods=["post"], required_permission="campaigns.change_send")
    def decline(self, request: Request, pk: Any) -> Response:
        """Keep the old text; whoever proposed the new one takes it back like this."""
        with translated():
            decline_text(proposal=self.get_object(), by=acting_user(request), now=timezone.now())
        return Response(self.get_serializer(self.get_object()).data)

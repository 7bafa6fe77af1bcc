"""`sends`: their preflight, transitions, approval and clones, and many at once."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.errors import translated
from campaigns.api.filters import SendFilter
from campaigns.api.send_bulk import BulkResultsSerializer, BulkSerializer, run_bulk
from campaigns.api.send_requests import (
    AcknowledgeSerializer,
    ApproveSerializer,
    CloneSerializer,
    TransitionSerializer,
)
from campaigns.api.send_serializer import SendSerializer
from campaigns.api.send_shapes import (
    AcknowledgementSerializer,
    PreflightSerializer,
    acknowledgement,
)
from campaigns.api_base import ApiModelViewSet, acting_user
from campaigns.models import Send, SendApproval
from campaigns.preflight import run_checks
from campaigns.services import (
    acknowledge_warning,
    approve_send,
    blocking,
    clone_send,
    delete_send,
    transition_send,
)


class SendViewSet(ApiModelViewSet):
    """Dated messages to audiences, each known by its `utm_campaign`."""

    queryset = Send.objects.select_related("campaign", "channel", "convention").prefetch_related(
        "messages",
        Prefetch("approvals", SendApproval.objects.select_related("approved_by")),
    )
    serializer_class = SendSerializer
    filterset_class = SendFilter
    ordering_fields = ("id", "name", "utm_campaign", "scheduled_at", "created_at")

    def perform_destroy(self, instance: Any) -> None:
        """Delete a draft; anything else is history."""
        with translated():
            delete_send(send=instance, by=acting_user(self.request))

    @extend_schema(responses=PreflightSerializer)
    @action(detail=True, pagination_class=None, filterset_class=None)
    def preflight(self, request: Request, pk: str) -> Response:
        """Run every app's checks now."""
        send = self.get_object()
        results = run_checks(send, now=timezone.now())
        verdict = {"may_go_live": not blocking(send, results), "results": results}
        return Response(PreflightSerializer(verdict).data)

    @extend_schema(request=TransitionSerializer, responses=SendSerializer)
    @action(detail=True, methods=["post"])
    def transition(self, request: Request, pk: str) -> Response:
        """Move the send on; 409 names what is missing."""
        wanted = TransitionSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        with translated():
            moved = transition_send(
                send=self.get_object(),
                to=wanted.validated_data["to"],
                by=acting_user(request),
                now=timezone.now(),
            )
        return Response(self.get_serializer(moved).data)

    @extend_schema(request=ApproveSerializer, responses=SendSerializer)
    @action(detail=True, methods=["post"], required_permission="campaigns.approve_send")
    def approve(self, request: Request, pk: str) -> Response:
        """Approve another person's send as it now is; 409 says why not."""
        wanted = ApproveSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        with translated():
            approve_send(
                send=self.get_object(),
                by=acting_user(request),
                note=wanted.validated_data.get("note", ""),
                now=timezone.now(),
            )
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(request=AcknowledgeSerializer, responses={201: AcknowledgementSerializer})
    @action(detail=True, methods=["post"])
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Accept a warning of the preflight, with a reason."""
        wanted = AcknowledgeSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        with translated():
            row = acknowledge_warning(
                send=self.get_object(),
                **wanted.validated_data,
                by=acting_user(request),
                now=timezone.now(),
            )
        return Response(acknowledgement(row), status=201)

    @extend_schema(request=CloneSerializer, responses={201: SendSerializer})
    @action(detail=True, methods=["post"], required_permission="campaigns.add_send")
    def clone(self, request: Request, pk: str) -> Response:
        """Plan it again as a draft whose name passes; the body's values win over the copied."""
        wanted = CloneSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        with translated():
            copy = clone_send(
                send=self.get_object(),
                by=acting_user(request),
                now=timezone.now(),
                changes=wanted.validated_data,
            )
        return Response(self.get_serializer(copy).data, status=201)

    @extend_schema(request=BulkSerializer, responses=BulkResultsSerializer)
    @action(detail=False, methods=["post"], required_permission="campaigns.change_send")
    def bulk(self, request: Request) -> Response:
        """Change or move many sends, each for itself; `dry_run` says what would happen."""
        return Response(run_bulk(request.data, by=acting_user(request)))

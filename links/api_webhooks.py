"""The REST resources of webhooks: endpoints with their keys, and the messages to them."""

from collections.abc import Callable
from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import ViewSetMixin

from campaigns.api_base import ApiModelViewSet, ApiReadOnlyViewSet, acting_user
from links import webhook_endpoints
from links.models import WebhookDelivery, WebhookEndpoint
from links.webhook_events import CODES
from links.webhooks import DeliveryUnderWayError, send_again

_MANAGE = "links.change_webhookendpoint"


class EndpointNotAcceptedError(APIException):
    """An endpoint was refused; `fields` names the value and the rule."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid"

    def __init__(self, error: webhook_endpoints.EndpointRefusedError) -> None:
        super().__init__("The endpoint was not accepted.")
        self.fields = {error.field: [{"code": error.code, "message": str(error)}]}


class EndpointStateConflictError(APIException):
    """The endpoint is switched off or on already."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "endpoint-state"


class DeliveryWaitsError(APIException):
    """The message still waits for its next attempt."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "delivery-waits"


@extend_schema_field({"type": "array", "items": {"type": "string", "enum": sorted(CODES)}})
class EventTypesField(serializers.ListField):
    """Codes of event types; the services say which they know."""

    child = serializers.CharField(max_length=40)


class WebhookEndpointSerializer(serializers.ModelSerializer[WebhookEndpoint]):
    """An endpoint. Its signing key is in the answer that makes it, and never again."""

    event_types = EventTypesField()

    class Meta:
        model = WebhookEndpoint
        fields: tuple[str, ...] = (
            "id", "url", "description", "event_types", "is_active", "switched_off_at",
            "switched_off_reason", "failing_since", "paused_until", "old_secret_until",
            "created_at",
        )  # fmt: skip
        read_only_fields = (
            "is_active", "switched_off_at", "switched_off_reason", "failing_since",
            "paused_until", "old_secret_until", "created_at",
        )  # fmt: skip


class NewWebhookEndpointSerializer(WebhookEndpointSerializer):
    """An endpoint that was just made, with its signing key."""

    secret = serializers.CharField(read_only=True, help_text="whsec_…, shown this once")

    class Meta(WebhookEndpointSerializer.Meta):
        fields = (*WebhookEndpointSerializer.Meta.fields, "secret")


class RotatedSecretSerializer(serializers.Serializer[Any]):
    """A new signing key, and until when messages carry the old one's signature as well."""

    secret = serializers.CharField()
    old_secret_until = serializers.DateTimeField()


class WebhookDeliverySerializer(serializers.ModelSerializer[WebhookDelivery]):
    """A message. `id` is its `webhook-id`; `next_attempt_at` is null once it is settled."""

    class Meta:
        model = WebhookDelivery
        fields = (
            "id", "endpoint", "event_type", "payload", "created_at", "attempt_count",
            "attempted_at", "next_attempt_at", "delivered_at", "last_status", "last_answer",
            "last_problem",
        )  # fmt: skip


class WebhookDeliveryFilter(filters.FilterSet):
    """`is_delivered` and `is_waiting` are true or false; neither: given up."""

    is_delivered = filters.BooleanFilter("delivered_at", lookup_expr="isnull", exclude=True)
    is_waiting = filters.BooleanFilter("next_attempt_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = WebhookDelivery
        fields = ("endpoint", "event_type")


class WebhookEndpointViewSet(ApiModelViewSet):
    """Addresses of other systems that are told what happens. `DELETE` forgets its messages too."""

    queryset = WebhookEndpoint.objects.all()
    serializer_class = WebhookEndpointSerializer
    filterset_fields = ("is_active",)
    ordering_fields = ("created_at",)
    unkept_fields = frozenset({"secret"})

    @extend_schema(request=WebhookEndpointSerializer, responses={201: NewWebhookEndpointSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Add an endpoint; the answer holds its signing key, this once."""
        asked = self.get_serializer(data=request.data)
        asked.is_valid(raise_exception=True)
        endpoint, secret = _accepted(
            lambda: webhook_endpoints.create_endpoint(
                by=acting_user(request), **asked.validated_data
            )
        )
        body = {**WebhookEndpointSerializer(endpoint).data, "secret": secret}
        return Response(body, status=status.HTTP_201_CREATED)

    def perform_update(self, serializer: BaseSerializer[WebhookEndpoint]) -> None:
        """Store the changed endpoint."""
        endpoint = self.get_object()
        for name, value in serializer.validated_data.items():
            setattr(endpoint, name, value)
        _accepted(lambda: webhook_endpoints.change_endpoint(endpoint=endpoint))
        serializer.instance = endpoint

    @extend_schema(request=None, responses=RotatedSecretSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str) -> Response:
        """Make a new signing key; messages are signed with both for a day."""
        endpoint = self.get_object()
        secret = webhook_endpoints.rotate_secret(endpoint=endpoint, now=timezone.now())
        body = {"secret": secret, "old_secret_until": endpoint.old_secret_until}
        return Response(RotatedSecretSerializer(body).data)

    @extend_schema(request=None, responses=WebhookDeliverySerializer)
    @action(detail=True, methods=["post"])
    def test(self, request: Request, pk: str) -> Response:
        """Send a test event now and answer with what came of it."""
        delivery = webhook_endpoints.send_trial(endpoint=self.get_object(), now=timezone.now())
        return Response(WebhookDeliverySerializer(delivery).data)

    @extend_schema(request=None, responses=WebhookEndpointSerializer)
    @action(detail=True, methods=["post"], url_path="switch-off")
    def switch_off(self, request: Request, pk: str) -> Response:
        """Send nothing more until it is switched on; what waits goes on waiting."""
        by = acting_user(request)
        return self._switched(
            lambda endpoint: webhook_endpoints.switch_off(
                endpoint=endpoint, by=by, now=timezone.now()
            )
        )

    @extend_schema(request=None, responses=WebhookEndpointSerializer)
    @action(detail=True, methods=["post"], url_path="switch-on")
    def switch_on(self, request: Request, pk: str) -> Response:
        """Send again, first what waited."""
        return self._switched(
            lambda endpoint: webhook_endpoints.switch_on(endpoint=endpoint, now=timezone.now())
        )

    def _switched(self, switch: Callable[[WebhookEndpoint], object]) -> Response:
        endpoint = self.get_object()
        try:
            switch(endpoint)
        except webhook_endpoints.EndpointStateError as error:
            raise EndpointStateConflictError(str(error)) from error
        endpoint.refresh_from_db()
        return Response(WebhookEndpointSerializer(endpoint).data)


class WebhookDeliveryViewSet(ApiReadOnlyViewSet):
    """Messages to endpoints, with what came back."""

    queryset = WebhookDelivery.objects.all()
    serializer_class = WebhookDeliverySerializer
    filterset_class = WebhookDeliveryFilter
    ordering_fields = ("created_at",)

    @extend_schema(request=None, responses={202: WebhookDeliverySerializer})
    @action(detail=True, methods=["post"], url_path="send-again", required_permission=_MANAGE)
    def send_again(self, request: Request, pk: str) -> Response:
        """Send a settled message once more, under its id."""
        delivery = self.get_object()
        try:
            send_again(delivery=delivery, now=timezone.now())
        except DeliveryUnderWayError as error:
            raise DeliveryWaitsError(str(error)) from error
        delivery.refresh_from_db()
        return Response(WebhookDeliverySerializer(delivery).data, status=status.HTTP_202_ACCEPTED)


def _accepted(store: Callable[[], Any]) -> Any:
    try:
        return store()
    except webhook_endpoints.EndpointRefusedError as error:
        raise EndpointNotAcceptedError(error) from error


WEBHOOK_ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("webhook-endpoints", WebhookEndpointViewSet),
    ("webhook-deliveries", WebhookDeliveryViewSet),
]

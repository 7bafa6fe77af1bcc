"""Deals, connections, runs and problems over REST. Secrets go in and never come out."""

from typing import Any

from django.db import transaction
from django.urls import URLPattern
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from campaigns.api_base import ApiModelViewSet, ApiReadOnlyViewSet
from campaigns.doorbell import SYNC, ring_on_commit
from campaigns.money import api_money
from crm_sync import services
from crm_sync.api_refunds import RefundViewSet
from crm_sync.connections import check_base_url
from crm_sync.models import Connection, Deal, SyncProblem, SyncRun

MoneyShape = {
    "type": ["object", "null"],
    "properties": {"amount": {"type": "string"}, "currency": {"type": "string"}},
}


class NotSyncableError(APIException):
    """The connection is fed by files."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "not-syncable"


class NotRetryableError(APIException):
    """Trying again cannot help."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "not-retryable"


class DealSerializer(serializers.ModelSerializer):
    """A deal as it stands in its CRM."""

    connection: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    company: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="name", read_only=True
    )
    stage: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="name", read_only=True
    )
    amount = serializers.SerializerMethodField()

    class Meta:
        model = Deal
        fields = (
            "id", "connection", "external_id", "name", "company", "stage", "outcome", "amount",
            "owner", "lead_source", "deal_created_at", "closed_at", "stage_entered_at",
            "modified_at", "deleted_at",
        )  # fmt: skip

    @extend_schema_field(MoneyShape)
    def get_amount(self, deal: Deal) -> dict[str, str] | None:
        """Return the value, or null where the CRM has none."""
        if deal.amount_minor is None:
            return None
        return api_money(deal.amount_minor, deal.currency)


class DealFilter(filters.FilterSet):
    """`connection` is the connection's short name."""

    connection = filters.CharFilter(field_name="connection__slug")
    external_id = filters.CharFilter()
    outcome = filters.ChoiceFilter(choices=Deal._meta.get_field("outcome").choices)
    is_deleted = filters.BooleanFilter(field_name="deleted_at", lookup_expr="isnull", exclude=True)

    class Meta:
        model = Deal
        fields = ("connection", "external_id", "outcome")


class DealViewSet(ApiReadOnlyViewSet):
    """The deals of all connections."""

    queryset = Deal.objects.select_related("connection", "company", "stage")
    serializer_class = DealSerializer
    filterset_class = DealFilter
    ordering_fields = ("id", "deal_created_at", "closed_at", "amount_minor")


class ConnectionSerializer(serializers.ModelSerializer):
    """A connection. `token` is write-only; `has_token` says whether there is one."""

    token = serializers.CharField(write_only=True, required=False, trim_whitespace=True)
    has_token = serializers.SerializerMethodField()

    class Meta:
        model = Connection
        fields = (
            "id", "slug", "name", "provider", "base_url", "token", "has_token", "is_active",
            "writes_back", "sync_minutes", "synced_at", "next_sync_at", "created_at",
        )  # fmt: skip
        read_only_fields = ("synced_at", "next_sync_at", "created_at")

    def get_has_token(self, connection: Connection) -> bool:
        """Tell whether a token is stored."""
        return bool(connection.secret)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Keep what contacts are known by, and refuse addresses without https."""
        for name in ("slug", "provider"):
            if self.instance and name in attrs and attrs[name] != getattr(self.instance, name):
                raise serializers.ValidationError({name: "This cannot be changed."})
        return attrs

    def validate_base_url(self, value: str) -> str:
        """Refuse an address to which a token may not be sent."""
        try:
            check_base_url(value)
        except services.AddressNotAllowedError as error:
            raise serializers.ValidationError(str(error)) from error
        return value

    def validate_sync_minutes(self, value: int) -> int:
        """Refuse a schedule that no CRM would bear."""
        if not 1 <= value <= 1440:
            raise serializers.ValidationError("Between 1 and 1440 minutes (a day).")
        return value

    def create(self, validated_data: dict[str, Any]) -> Connection:
        """Store a new connection; one that is synced is due at once."""
        token = validated_data.pop("token", "")
        connection = services.create_connection(
            connection=Connection(**validated_data), secret=token, now=timezone.now()
        )
        ring_on_commit(SYNC)
        return connection

    def update(self, instance: Connection, validated_data: dict[str, Any]) -> Connection:
        """Store what changed; a new token makes the connection due."""
        token = validated_data.pop("token", "")
        connection: Connection = super().update(instance, validated_data)
        if token:
            services.set_secret(connection=connection, secret=token, now=timezone.now())
            ring_on_commit(SYNC)
        return connection


class ConnectionInUseError(APIException):
    """Deals hang on the connection."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "connection-in-use"
    default_detail = (
        "The connection has deals, which credit was divided for. Switch it off instead."
    )


class ConnectionViewSet(ApiModelViewSet):
    """CRM accounts and file imports."""

    queryset = Connection.objects.all()
    serializer_class = ConnectionSerializer
    filterset_fields = ("slug", "provider", "is_active")
    ordering = ("-id",)

    def perform_destroy(self, instance: Any) -> None:
        """Delete a connection that brought nothing yet."""
        if instance.deals.exists():
            raise ConnectionInUseError
        instance.delete()

    @extend_schema(request=None, responses={202: ConnectionSerializer})
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: str | None = None) -> Response:
        """Start a sync: the connection is due now. Follow it under `sync-runs`."""
        connection: Connection = self.get_object()
        with transaction.atomic():
            try:
                services.request_sync(connection=connection, now=timezone.now())
            except services.ProviderNotSyncableError as error:
                raise NotSyncableError(str(error)) from error
            ring_on_commit(SYNC)
        return Response(self.get_serializer(connection).data, status=status.HTTP_202_ACCEPTED)


class SyncRunSerializer(serializers.ModelSerializer):
    """A run with its progress."""

    connection: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = SyncRun
        fields = (
            "id", "connection", "trigger", "status", "file_name", "step", "started_at",
            "finished_at", "expected_count", "read_count", "created_count", "updated_count",
            "unchanged_count", "problem_count", "error",
        )  # fmt: skip


class SyncRunFilter(filters.FilterSet):
    """`connection` is the connection's short name."""

    connection = filters.CharFilter(field_name="connection__slug")

    class Meta:
        model = SyncRun
        fields = ("connection", "status", "trigger")


class SyncRunViewSet(ApiReadOnlyViewSet):
    """Syncs and imports, newest first."""

    queryset = SyncRun.objects.select_related("connection")
    serializer_class = SyncRunSerializer
    filterset_class = SyncRunFilter
    ordering_fields = ("id", "started_at")


class SyncProblemSerializer(serializers.ModelSerializer):
    """A record that was not imported or is incomplete."""

    connection: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )

    class Meta:
        model = SyncProblem
        fields = (
            "id", "connection", "run", "severity", "object_type", "external_id", "row_number",
            "code", "message", "is_retryable", "first_seen_at", "latest_seen_at", "resolved_at",
        )  # fmt: skip


class SyncProblemFilter(filters.FilterSet):
    """`is_open=true` keeps what still stands; `connection` is the connection's short name."""

    connection = filters.CharFilter(field_name="connection__slug")
    is_open = filters.BooleanFilter(field_name="resolved_at", lookup_expr="isnull")

    class Meta:
        model = SyncProblem
        fields = ("connection", "run", "severity", "code", "object_type")


class SyncProblemViewSet(ApiReadOnlyViewSet):
    """Problems of all connections, newest first."""

    queryset = SyncProblem.objects.select_related("connection")
    serializer_class = SyncProblemSerializer
    filterset_class = SyncProblemFilter
    ordering_fields = ("id", "latest_seen_at")

    @extend_schema(request=None, responses={202: SyncProblemSerializer})
    @action(detail=True, methods=["post"])
    def retry(self, request: Request, pk: str | None = None) -> Response:
        """Have the next sync read the record again, and make that sync due."""
        problem: SyncProblem = self.get_object()
        with transaction.atomic():
            try:
                services.retry_problem(problem=problem, now=timezone.now())
            except services.ProblemNotRetryableError as error:
                raise NotRetryableError(str(error)) from error
            ring_on_commit(SYNC)
        return Response(self.get_serializer(problem).data, status=status.HTTP_202_ACCEPTED)


ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("deals", DealViewSet),
    ("refunds", RefundViewSet),
    ("connections", ConnectionViewSet),
    ("sync-runs", SyncRunViewSet),
    ("sync-problems", SyncProblemViewSet),
]
PATHS: list[URLPattern] = []

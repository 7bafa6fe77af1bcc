"""`refunds`: what was taken back from won deals; bulk upsert on (connection, external id)."""

from typing import Any

from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.batches import batch_answer, batch_rows
from campaigns.api_base import ApiGenericViewSet
from campaigns.money import api_money
from crm_sync.models import DealRefund
from crm_sync.refund_rows import FIELDS
from crm_sync.refunds import MOST_ROWS, record_refunds, remove_refund


class RefundSerializer(serializers.ModelSerializer):
    """A refund as it stands."""

    connection: serializers.SlugRelatedField = serializers.SlugRelatedField(
        slug_field="slug", read_only=True
    )
    amount = serializers.SerializerMethodField()

    class Meta:
        model = DealRefund
        fields = (
            "id", "connection", "deal", "external_id", "amount", "refunded_at", "reason",
            "origin", "recorded_at",
        )  # fmt: skip

    def get_amount(self, refund: DealRefund) -> dict[str, str]:
        """Return the API's shape of money; above 0 although it is taken back."""
        return api_money(refund.amount_minor, refund.currency)


class RefundRowSerializer(serializers.Serializer):
    """A row to record. `deal` is the deal's id in the CRM or our own."""

    connection = serializers.CharField(required=False, help_text="A short name; may be left out")
    deal = serializers.CharField()
    external_id = serializers.CharField(help_text="The refund's own number: it counts once")
    amount = serializers.JSONField(help_text="`{amount, currency}`, or a text beside `currency`")
    currency = serializers.CharField(required=False, help_text="The deal's where it is left out")
    refunded_at = serializers.CharField(help_text="A day or a moment")
    reason = serializers.ChoiceField(choices=DealRefund.Reason.choices, required=False)


class RefundBatchSerializer(serializers.Serializer):
    """Rows to record, all or none."""

    rows = RefundRowSerializer(many=True)


class RefundFilter(filters.FilterSet):
    """`connection` is the connection's short name."""

    connection = filters.CharFilter(field_name="connection__slug")

    class Meta:
        model = DealRefund
        fields = ("connection", "deal", "external_id", "reason")


class RefundViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiGenericViewSet):
    """What was taken back from won deals."""

    queryset = DealRefund.objects.standing().select_related("connection")
    serializer_class = RefundSerializer
    filterset_class = RefundFilter
    ordering_fields = ("id", "refunded_at", "amount_minor")

    @extend_schema(request=RefundBatchSerializer, responses={200: dict[str, Any]})
    def create(self, request: Request) -> Response:
        """Insert or correct the rows; one wrong row and none is stored."""
        rows = batch_rows(request.data, fields=FIELDS, most=MOST_ROWS)
        result = record_refunds(rows=rows, origin=DealRefund.Origin.API, now=timezone.now())
        return batch_answer(result, refusal="refunds-rejected")

    def destroy(self, request: Request, pk: str | None = None) -> Response:
        """Take a refund back: the revenue returns to whoever had earned it."""
        remove_refund(refund=self.get_object(), now=timezone.now())
        return Response(status=204)

"""`spend`: bulk upsert on (platform, external id, date)."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from campaigns.api.batches import batch_answer, batch_rows
from campaigns.api.filters import SpendFilter
from campaigns.api_base import ApiGenericViewSet, acting_user
from campaigns.models import Spend
from campaigns.money import api_money
from campaigns.services import record_spend
from campaigns.spend_rows import FIELDS

MOST_ROWS = 10_000


class SpendSerializer(serializers.ModelSerializer):
    """What a day of a campaign cost on one platform."""

    amount = serializers.SerializerMethodField()
    channel: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Spend
        fields = (
            "id",
            "platform",
            "external_id",
            "date",
            "channel",
            "campaign",
            "send",
            "kind",
            "amount",
            "description",
            "updated_at",
        )

    def get_amount(self, obj: Spend) -> dict[str, str]:
        """Return the API's shape of money."""
        return api_money(obj.amount_minor, obj.currency)


class SpendRowSerializer(serializers.Serializer):
    """A row to record. `channel` may be left out where `send` names one."""

    platform = serializers.CharField(help_text="google_ads, meta, twilio, …")
    external_id = serializers.CharField()
    date = serializers.DateField()
    amount = serializers.JSONField(help_text="`{amount, currency}`, or a text beside `currency`")
    currency = serializers.CharField(required=False)
    channel = serializers.CharField(required=False, help_text="A slug")
    campaign = serializers.CharField(required=False, help_text="A name or an id")
    send = serializers.CharField(required=False, help_text="A utm_campaign or an id")
    description = serializers.CharField(required=False)


class SpendBatchSerializer(serializers.Serializer):
    """Rows to record, all or none."""

    rows = SpendRowSerializer(many=True)


class SpendViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, ApiGenericViewSet):
    """What platforms charged, day by day."""

    queryset = Spend.objects.select_related("channel")
    serializer_class = SpendSerializer
    filterset_class = SpendFilter
    ordering_fields = ("id", "date", "amount_minor")

    @extend_schema(request=SpendBatchSerializer, responses={200: dict[str, Any]})
    def create(self, request: Request) -> Response:
        """Insert or update the rows; one wrong row and none is stored."""
        rows = batch_rows(request.data, fields=FIELDS, most=MOST_ROWS)
        result = record_spend(rows=rows, by=acting_user(request), now=timezone.now())
        return batch_answer(result, refusal="spend-rejected")

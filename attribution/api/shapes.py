"""The API's shapes of ledger entries."""

from django.conf import settings
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from attribution.models import CreditEntry
from attribution.reports.report import count_text
from campaigns.money import api_money


class CreditEntrySerializer(serializers.ModelSerializer):
    """One line of the ledger: a difference, why it was posted and who earned it."""

    batch = serializers.IntegerField(source="batch.number", read_only=True)
    cause = serializers.CharField(source="batch.cause", read_only=True)
    posted_at = serializers.DateTimeField(source="batch.posted_at", read_only=True)
    goal = serializers.CharField(source="outcome.kind", read_only=True)
    deal = serializers.UUIDField(source="outcome.deal_id", read_only=True, allow_null=True)
    rule = serializers.CharField(source="rule.slug", read_only=True)
    rule_version = serializers.IntegerField(source="rule.version", read_only=True)
    channel = serializers.CharField(source="channel.slug", read_only=True, default=None)
    amount = serializers.SerializerMethodField()
    count = serializers.SerializerMethodField()

    class Meta:
        model = CreditEntry
        fields = (
            "id", "batch", "line", "cause", "posted_at", "outcome", "goal", "deal", "rule",
            "rule_version", "bucket", "reason", "amount", "count", "touch", "channel", "campaign",
            "send", "message", "link", "touch_date", "outcome_date", "is_restatement",
        )  # fmt: skip

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_amount(self, entry: CreditEntry) -> dict[str, str]:
        """Return the difference in the reporting currency."""
        return api_money(entry.amount_minor, settings.REPORTING_CURRENCY)

    def get_count(self, entry: CreditEntry) -> str:
        """Return the difference in outcomes, as an exact decimal."""
        return count_text(entry.count_micro)

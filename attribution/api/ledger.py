"""The ledger over REST: the entries behind any number and what they sum to, and locked periods."""

from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from attribution.api.shapes import CreditEntrySerializer
from attribution.entry_filters import NAMES, UnreadableFilterError, entries_behind
from attribution.models import CreditEntry, Period
from attribution.period_locks import with_restatements
from attribution.reports.report import count_text
from campaigns.api_base import ApiReadOnlyViewSet
from campaigns.money import api_money

_FILTERS = [OpenApiParameter(name, OpenApiTypes.STR) for name in NAMES]


class CreditEntryViewSet(ApiReadOnlyViewSet):
    """The lines of the ledger, newest first, by the filters that a report's figures link with."""

    queryset = CreditEntry.objects.select_related(
        "batch", "outcome", "rule", "channel", "send", "campaign"
    )
    serializer_class = CreditEntrySerializer
    ordering_fields = ("id",)

    def filter_queryset(self, queryset: Any) -> Any:
        """Keep the entries that fit all that is asked.

        Raises:
            ValidationError: a value is no id, day or moment where one is needed.
        """
        try:
            kept = entries_behind(queryset, self.request.query_params.dict())
        except UnreadableFilterError as error:
            raise serializers.ValidationError({error.name: [str(error)]}) from error
        return super().filter_queryset(kept)

    @extend_schema(parameters=_FILTERS)
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the entries, a page at a time."""
        return super().list(request, *args, **kwargs)

    @extend_schema(parameters=_FILTERS, responses={200: OpenApiTypes.OBJECT})
    @action(detail=False)
    def sums(self, request: Request) -> Response:
        """Return what all the entries that fit sum to, and how many they are."""
        found: QuerySet[CreditEntry] = self.filter_queryset(self.get_queryset())
        sums = found.order_by().aggregate(
            entries=Count("pk"), amount=Sum("amount_minor"), count=Sum("count_micro")
        )
        amount = api_money(sums["amount"] or 0, settings.REPORTING_CURRENCY)
        return Response(
            {"entries": sums["entries"], "amount": amount, "count": count_text(sums["count"] or 0)}
        )


class PeriodSerializer(serializers.ModelSerializer):
    """A locked period and how many entries have restated it since."""

    restatements = serializers.IntegerField(source="restated_count", read_only=True)

    class Meta:
        model = Period
        fields = ("id", "starts_on", "ends_on", "locked_at", "restatements")


class PeriodViewSet(ApiReadOnlyViewSet):
    """The locked periods, latest lock first. They are locked in the admin, and for good."""

    queryset = with_restatements(Period.objects.all())
    serializer_class = PeriodSerializer


LEDGER_ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("ledger/entries", CreditEntryViewSet),
    ("ledger/periods", PeriodViewSet),
]

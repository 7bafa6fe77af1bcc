"""Reports, credit rules, the ledger and deal journeys over REST."""

from django.urls import URLPattern
from django_filters import rest_framework as filters
from rest_framework.viewsets import ViewSetMixin

from attribution.api.insights import INSIGHT_PATHS
from attribution.api.journeys import JOURNEY_PATHS
from attribution.api.reports import REPORT_PATHS
from attribution.api.rules import RULE_ROUTES
from attribution.api.saved_views import SAVED_VIEW_ROUTES
from attribution.api.shapes import CreditEntrySerializer
from attribution.models import CreditEntry
from campaigns.api_base import ApiReadOnlyViewSet


class CreditEntryFilter(filters.FilterSet):
    """The entries behind a number: by outcome, deal, send, rule (its slug) or batch (its number)."""

    outcome = filters.UUIDFilter(field_name="outcome_id")
    deal = filters.UUIDFilter(field_name="outcome__deal_id")
    goal = filters.CharFilter(field_name="outcome__kind")
    send = filters.UUIDFilter(field_name="send_id")
    touch = filters.UUIDFilter(field_name="touch_id")
    rule = filters.CharFilter(field_name="rule__slug")
    batch = filters.NumberFilter(field_name="batch__number")
    cause = filters.CharFilter(field_name="batch__cause")

    class Meta:
        model = CreditEntry
        fields = ("bucket", "reason")


class CreditEntryViewSet(ApiReadOnlyViewSet):
    """The lines of the ledger, newest first."""

    queryset = CreditEntry.objects.select_related(
        "batch", "outcome", "rule", "channel", "send", "campaign"
    )
    serializer_class = CreditEntrySerializer
    filterset_class = CreditEntryFilter
    ordering_fields = ("id",)


ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    *RULE_ROUTES,
    *SAVED_VIEW_ROUTES,
    ("ledger/entries", CreditEntryViewSet),
]
PATHS: list[URLPattern] = [*REPORT_PATHS, *INSIGHT_PATHS, *JOURNEY_PATHS]

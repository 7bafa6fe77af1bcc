"""Reports, credit rules, the ledger and deal journeys over REST."""

from django.urls import URLPattern
from rest_framework.viewsets import ViewSetMixin

from attribution.api.insights import INSIGHT_PATHS
from attribution.api.journeys import JOURNEY_PATHS
from attribution.api.ledger import LEDGER_ROUTES
from attribution.api.reports import REPORT_PATHS
from attribution.api.rules import RULE_ROUTES
from attribution.api.saved_views import SAVED_VIEW_ROUTES

ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    *RULE_ROUTES,
    *SAVED_VIEW_ROUTES,
    *LEDGER_ROUTES,
]
PATHS: list[URLPattern] = [*REPORT_PATHS, *INSIGHT_PATHS, *JOURNEY_PATHS]

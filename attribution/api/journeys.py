"""A deal's journey over REST, with the explanation of its credit."""

from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attribution.api.reports import ReportRefusedError
from attribution.deal_journey import journey_of
from attribution.journey_query import read_asked
from attribution.journey_shapes import journey_json
from attribution.reports.query import InvalidReportQueryError
from campaigns.api_base import ApiView
from campaigns.personal_data import may_see_personal_data
from crm_sync.models import Deal


class DealJourneyView(ApiView, APIView):
    """A deal's timeline with the credit each touch earned under each rule.

    One rule's division is explained step by step: `rule` is its slug, or a slug and
    a version as in `linear@3` (the default rule's unless named), `as_of` a moment whose ledger
    is shown.
    """

    required_permission = "attribution.view_dealjourney"

    @extend_schema(
        parameters=[
            OpenApiParameter("rule", OpenApiTypes.STR),
            OpenApiParameter("as_of", OpenApiTypes.STR),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request, pk: Any) -> Response:
        """Return the journey, or 404.

        Raises:
            ReportRefusedError: `as_of` is no moment, or no rule has that slug.
        """
        deals = Deal.objects.select_related("connection", "company", "stage")
        deal = get_object_or_404(deals, pk=pk)
        try:
            asked = read_asked(
                request.query_params.dict(),
                now=timezone.now(),
                unmasked=may_see_personal_data(request.user),
            )
        except InvalidReportQueryError as error:
            raise ReportRefusedError(error) from error
        timeline = journey_of(deal, asked)
        return Response(journey_json(timeline, currency=settings.REPORTING_CURRENCY))


JOURNEY_PATHS: list[URLPattern] = [
    path("deals/<uuid:pk>/journey", DealJourneyView.as_view(), name="deal-journey"),
]

"""A deal's journey over REST."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attribution.deal_journey import DealTimeline, Moment, journey_of
from campaigns.api_base import ApiView
from campaigns.money import api_money, format_amount
from crm_sync.models import Deal


class DealJourneyView(ApiView, APIView):
    """A deal's timeline with the credit each touch earned under each rule."""

    required_permission = "attribution.view_dealjourney"

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: Any) -> Response:
        """Return the journey, or 404."""
        deal = get_object_or_404(
            Deal.objects.select_related("connection", "company", "stage"), pk=pk
        )
        return Response(journey_json(journey_of(deal), currency=settings.REPORTING_CURRENCY))


def journey_json(timeline: DealTimeline, *, currency: str) -> dict[str, Any]:
    """Return a deal's journey in the API's shape."""
    deal = timeline.deal
    unattributed: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in timeline.unearned:
        unattributed[one.rule][one.goal] = {
            "reason": one.reason,
            "bucket": one.bucket,
            "amount": format_amount(one.amount_minor, currency),
        }
    return {
        "deal": {
            "id": str(deal.pk),
            "external_id": deal.external_id,
            "connection": deal.connection.slug,
            "name": deal.name,
            "company": deal.company.name if deal.company else None,
            "stage": deal.stage.name,
            "outcome": deal.outcome,
            "amount": None
            if deal.amount_minor is None
            else api_money(deal.amount_minor, deal.currency),
        },
        "currency": currency,
        "timeline": [_moment_json(moment, currency) for moment in timeline.moments],
        "unattributed": unattributed,
    }


def _moment_json(moment: Moment, currency: str) -> dict[str, Any]:
    return {
        "kind": moment.kind,
        "id": str(moment.id),
        "occurred_at": moment.occurred_at.isoformat(),
        "title": moment.title,
        "channel": moment.channel.slug if moment.channel else None,
        "utm": moment.utm,
        "send": str(moment.send.pk) if moment.send else None,
        "link": str(moment.link.pk) if moment.link else None,
        "person": str(moment.person_id) if moment.person_id else None,
        "credit": {
            rule: {goal: format_amount(minor, currency) for goal, minor in goals.items()}
            for rule, goals in moment.credit.items()
        },
    }


JOURNEY_PATHS: list[URLPattern] = [
    path("deals/<uuid:pk>/journey", DealJourneyView.as_view(), name="deal-journey"),
]

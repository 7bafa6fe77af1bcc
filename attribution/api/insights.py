"""Insights over REST."""

from django.urls import URLPattern, path
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attribution.api.reports import NoActiveRuleError, ReportRefusedError
from attribution.insights import insights
from attribution.reports.query import InvalidReportQueryError, Problem
from attribution.reports.registry import REPORT_PERMISSION, query_of
from attribution.reports.scope import NoCreditRuleError
from campaigns.api_base import ApiView

PARAMETERS = ("rule", "as_of")


class EvidenceSerializer(serializers.Serializer):
    """One figure that an insight rests on."""

    name = serializers.CharField()
    value = serializers.CharField()


class InsightSerializer(serializers.Serializer):
    """What the figures say, why, and the address that shows it."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(choices=["finding", "recommendation"])
    title = serializers.CharField()
    text = serializers.CharField()
    evidence = EvidenceSerializer(many=True)
    query = serializers.CharField()
    send = serializers.UUIDField(allow_null=True)


class InsightListSerializer(serializers.Serializer):
    """All insights of a moment; there are never enough for a second page."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = InsightSerializer(many=True)
    definitions = serializers.DictField()


class InsightsView(ApiView, APIView):
    """Findings and recommendations, each with its evidence and the query that shows it."""

    required_permission = REPORT_PERMISSION

    @extend_schema(
        parameters=[OpenApiParameter(name, OpenApiTypes.STR) for name in PARAMETERS],
        responses=InsightListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return what the figures say, what is wrong first.

        Raises:
            ReportRefusedError: a parameter cannot be used.
            NoActiveRuleError: no credit rule is active.
        """
        try:
            query = query_of(request.query_params.dict())
            _check(list(query.given))
            found = insights(query, now=timezone.now())
        except InvalidReportQueryError as error:
            raise ReportRefusedError(error) from error
        except NoCreditRuleError as error:
            raise NoActiveRuleError(str(error)) from error
        return Response(
            {
                "next": None,
                "previous": None,
                "results": [one.for_json() for one in found.results],
                "definitions": found.definitions.for_json(),
            }
        )


def _check(given: list[str]) -> None:
    problems = [
        Problem(name, "senseless-here", f"Insights have no {name}. Leave it out.")
        for name in given
        if name not in PARAMETERS
    ]
    if problems:
        raise InvalidReportQueryError(problems)


INSIGHT_PATHS: list[URLPattern] = [path("insights", InsightsView.as_view(), name="insights")]

"""Reports, credit rules, the ledger and deal journeys over REST."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path
from django.utils import timezone
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers, status
from rest_framework.decorators import action
from rest_framework.exceptions import APIException
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import ViewSetMixin

from attribution.api.shapes import CreditEntrySerializer, CreditRuleSerializer, journey_json
from attribution.deal_journey import journey_of
from attribution.models import CreditEntry, CreditRule
from attribution.reports.query import PARAMETERS, InvalidReportQueryError, Problem
from attribution.reports.registry import REPORTS, build_report
from attribution.reports.scope import NoCreditRuleError
from attribution.services import (
    DefaultRuleError,
    create_rule_version,
    make_default,
    retire_rule,
)
from attribution.weights import InvalidRuleError
from campaigns.api_base import ApiReadOnlyViewSet, ApiView
from crm_sync.models import Deal

FORMATS = ("json", "csv")
REPORT_PERMISSION = "attribution.view_sendperformance"


class ReportRefusedError(APIException):
    """Parameters of a report cannot be used; `fields` names each."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid"

    def __init__(self, error: InvalidReportQueryError) -> None:
        super().__init__(str(error))
        self.fields: dict[str, list[dict[str, str]]] = {}
        for problem in error.problems:
            entry = {"code": problem.code, "message": problem.message}
            if problem.suggestion:
                entry["suggestion"] = problem.suggestion
            self.fields.setdefault(problem.field, []).append(entry)


class NoActiveRuleError(APIException):
    """There is no rule to divide by."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "no-credit-rule"


class DefaultRuleRefusedError(APIException):
    """The default rule cannot be retired, a retired one cannot be the default."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "default-rule"


class JsonWhateverTheFormat(DefaultContentNegotiation):
    """Leaves the parameter `format` to the report; DRF would answer 404 to csv."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the one renderer there is."""
        return renderers[0], renderers[0].media_type


class ReportView(ApiView, APIView):
    """One report by its name, as JSON or CSV."""

    required_permission = REPORT_PERMISSION
    content_negotiation_class = JsonWhateverTheFormat
    report_name = ""

    @extend_schema(
        parameters=[
            *(OpenApiParameter(name, OpenApiTypes.STR) for name in PARAMETERS),
            OpenApiParameter("format", OpenApiTypes.STR, enum=FORMATS),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> HttpResponse:
        """Build the report with the parameters of the address.

        Raises:
            ReportRefusedError: a parameter cannot be used.
            NoActiveRuleError: no credit rule is active.
        """
        try:
            wanted = _format(request)
            params = request.query_params.dict()
            report = build_report(self.report_name, params, now=timezone.now())
        except InvalidReportQueryError as error:
            raise ReportRefusedError(error) from error
        except NoCreditRuleError as error:
            raise NoActiveRuleError(str(error)) from error
        if wanted == "csv":
            name = f'attachment; filename="{self.report_name}.csv"'
            return HttpResponse(
                report.for_csv(),
                content_type="text/csv; charset=utf-8",
                headers={"Content-Disposition": name},
            )
        return Response(report.for_json())


def _format(request: Request) -> str:
    wanted = request.query_params.get("format") or "json"
    if wanted not in FORMATS:
        message = f"“{wanted}” is no format; give one of {', '.join(FORMATS)}."
        problem = Problem("format", "unknown-format", message, "json")
        raise InvalidReportQueryError([problem])
    return wanted


class CreditRuleViewSet(mixins.CreateModelMixin, ApiReadOnlyViewSet):
    """Credit rules. A POST with a known slug starts that rule's next version."""

    queryset = CreditRule.objects.all()
    serializer_class = CreditRuleSerializer
    filterset_fields = ("slug", "kind", "is_default")
    ordering_fields = ("position", "slug", "version")

    def perform_create(self, serializer: Any) -> None:
        """Start the version and post its credit.

        Raises:
            ValidationError: the parameters mean nothing.
        """
        fields = {"parameters": {}, "lookback_days": 90, "contact_mode": "roles_else_company"}
        try:
            serializer.instance = create_rule_version(
                **{**fields, **serializer.validated_data}, now=timezone.now()
            )
        except InvalidRuleError as error:
            raise serializers.ValidationError({error.field: [str(error)]}) from error

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Request, pk: str) -> Response:
        """Stop keeping credit under the rule: what it holds is reversed.

        Raises:
            DefaultRuleRefusedError: it is the default rule.
        """
        rule = self.get_object()
        try:
            retire_rule(rule=rule, now=timezone.now())
        except DefaultRuleError as error:
            raise DefaultRuleRefusedError(str(error)) from error
        return Response(self.get_serializer(rule).data)

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Put a retired version's definition in force again, as the rule's next version."""
        old = self.get_object()
        rule = old
        if old.retired_at is not None:
            rule = create_rule_version(
                slug=old.slug,
                name=old.name,
                kind=old.kind,
                parameters=old.parameters,
                lookback_days=old.lookback_days,
                contact_mode=old.contact_mode,
                now=timezone.now(),
            )
        return Response(self.get_serializer(rule).data)

    @extend_schema(request=None, responses=CreditRuleSerializer)
    @action(detail=True, methods=["post"], url_path="make-default")
    def make_default(self, request: Request, pk: str) -> Response:
        """Let reports open with this rule.

        Raises:
            DefaultRuleRefusedError: it is retired.
        """
        rule = self.get_object()
        try:
            make_default(rule=rule)
        except DefaultRuleError as error:
            raise DefaultRuleRefusedError(str(error)) from error
        return Response(self.get_serializer(rule).data)


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


ROUTES: list[tuple[str, type[ViewSetMixin]]] = [
    ("credit-rules", CreditRuleViewSet),
    ("ledger/entries", CreditEntryViewSet),
]
PATHS: list[URLPattern] = [
    *(
        path(f"reports/{name}", ReportView.as_view(report_name=name), name=f"report-{name}")
        for name in REPORTS
    ),
    path("deals/<uuid:pk>/journey", DealJourneyView.as_view(), name="deal-journey"),
]

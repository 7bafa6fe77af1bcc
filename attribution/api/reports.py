"""The reports over REST: one address per report, as JSON, CSV or XLSX."""

from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attribution.api.report_schema import FORMATS, answer_of, parameters_of
from attribution.report_files import MEDIA_TYPES
from attribution.reports.kinds import ReportKind
from attribution.reports.query import InvalidReportQueryError, Problem
from attribution.reports.registry import REPORT_PERMISSION, REPORTS, AnyReport, build_report
from attribution.reports.scope import NoCreditRuleError
from campaigns.api_base import ApiView


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


class JsonWhateverTheFormat(DefaultContentNegotiation):
    """Leaves the parameter `format` to the report; DRF would answer 404 to csv."""

    def select_renderer(self, request: Request, renderers: Any, format_suffix: Any = None) -> Any:
        """Return the one renderer there is."""
        return renderers[0], renderers[0].media_type


class ReportView(ApiView, APIView):
    """One report by its name, as JSON, CSV or XLSX."""

    required_permission = REPORT_PERMISSION
    content_negotiation_class = JsonWhateverTheFormat
    report_name = ""

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
        if wanted == "json":
            return Response(report.for_json())
        return HttpResponse(
            report.for_csv() if wanted == "csv" else report.for_xlsx(),
            content_type=MEDIA_TYPES[wanted],
            headers={"Content-Disposition": f'attachment; filename="{file_name(report, wanted)}"'},
        )


def file_name(report: AnyReport, suffix: str) -> str:
    """Return the name of a report's file: `sends-2026-06-15.csv`, by the day it shows."""
    day = localdate(report.definitions.as_of, ZoneInfo(report.definitions.time_zone))
    return f"{report.name}-{day}.{suffix}"


def _format(request: Request) -> str:
    """Return the format asked for: by the parameter, or else by the Accept header."""
    wanted = request.query_params.get("format") or _accepted(request)
    if wanted not in FORMATS:
        message = f"“{wanted}” is no format; give one of {', '.join(FORMATS)}."
        problem = Problem("format", "unknown-format", message, "json")
        raise InvalidReportQueryError([problem])
    return wanted


def _accepted(request: Request) -> str:
    accepted = request.headers.get("Accept", "")
    for name in ("csv", "xlsx"):
        if MEDIA_TYPES[name].partition(";")[0] in accepted:
            return name
    return "json"


def _view_of(kind: ReportKind) -> type[ReportView]:
    """Return the view of one report, with its own parameters and columns in the schema."""
    view = type(f"{kind.name.title().replace('-', '')}ReportView", (ReportView,), {})
    described = extend_schema(
        summary=kind.title,
        description=kind.question,
        parameters=parameters_of(kind),
        responses={200: answer_of(kind)},
    )
    return described(view)


REPORT_PATHS: list[URLPattern] = [
    path(f"reports/{name}", _view_of(kind).as_view(report_name=name), name=f"report-{name}")
    for name, kind in REPORTS.items()
]

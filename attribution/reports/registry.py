"""Every report by the name under which the API and the command line know it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings

from attribution.reports import (
    changes,
    channels,
    cohorts,
    data_quality,
    funnel,
    paths,
    positions,
    reconciliation,
    rules,
    sends,
    sourced_influenced,
    time_lag,
)
from attribution.reports.kinds import ReportKind
from attribution.reports.query import ReportQuery, parse_query
from attribution.reports.report import Report

AnyReport = Report[Any]

_MODULES = (
    sends,
    channels,
    rules,
    funnel,
    cohorts,
    positions,
    paths,
    time_lag,
    sourced_influenced,
    changes,
    reconciliation,
    data_quality,
)
REPORTS: dict[str, ReportKind] = {module.KIND.name: module.KIND for module in _MODULES}
"""Every report; a page, the API and the command find out from its kind what it takes."""

REPORT_PERMISSION: Final = "attribution.view_sendperformance"
"""What one needs to see any report, by page, API or mail."""


class UnknownReportError(LookupError):
    """No report has this name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no report “{name}”; there are {', '.join(REPORTS)}.")
        self.name = name


def build_report(name: str, params: Mapping[str, str], *, now: datetime) -> AnyReport:
    """Build a report from the text of its parameters.

    Raises:
        UnknownReportError: no report has this name.
        InvalidReportQueryError: a parameter cannot be used.
        NoCreditRuleError: no credit rule is active.
    """
    kind = REPORTS.get(name)
    if kind is None:
        raise UnknownReportError(name)
    query = query_of(params)
    kind.check(query)
    report: AnyReport = kind.build(query, now=now)
    return report


def query_of(params: Mapping[str, str]) -> ReportQuery:
    """Read a report's parameters in the organisation's time zone.

    Raises:
        InvalidReportQueryError: a value cannot be used.
    """
    return parse_query(params, time_zone=ZoneInfo(settings.TIME_ZONE))

"""Every report by the name under which the API and the command line know it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from attribution.reports import channels, reconciliation, rules, sends
from attribution.reports.definitions import Definitions
from attribution.reports.query import ReportQuery, parse_query


class AnyReport(Protocol):
    """What every report can do."""

    @property
    def name(self) -> str:
        """Its name in addresses."""

    @property
    def title(self) -> str:
        """Its name for people."""

    @property
    def definitions(self) -> Definitions:
        """What was counted and how."""

    @property
    def reconciles(self) -> bool:
        """Whether its figures add up to the CRM's."""

    def for_json(self) -> dict[str, Any]:
        """Return the API's form."""

    def for_csv(self) -> str:
        """Return the form for spreadsheets."""


Builder = Callable[..., AnyReport]

REPORTS: dict[str, Builder] = {
    sends.NAME: sends.build,
    channels.NAME: channels.build,
    rules.NAME: rules.build,
    reconciliation.NAME: reconciliation.build,
}


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
    builder = REPORTS.get(name)
    if builder is None:
        raise UnknownReportError(name)
    return builder(query_of(params), now=now)


def query_of(params: Mapping[str, str]) -> ReportQuery:
    """Read a report's parameters in the organisation's time zone.

    Raises:
        InvalidReportQueryError: a value cannot be used.
    """
    return parse_query(params, time_zone=ZoneInfo(settings.TIME_ZONE))

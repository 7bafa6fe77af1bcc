"""What a deal's page is asked: which rule explains, as of when, for which outcome."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from attribution.deal_journey import Asked
from attribution.reports.query import InvalidReportQueryError, Problem
from attribution.reports.registry import query_of
from attribution.reports.scope import NoCreditRuleError, scope_of

PARAMETERS = ("rule", "as_of", "outcome")


def read_asked(params: Mapping[str, str], *, now: datetime, unmasked: bool) -> Asked:
    """Read the parameters of an address; rule and moment mean what they mean to a report.

    Where no rule is active nothing is explained. Three queries at most.

    Raises:
        InvalidReportQueryError: a value cannot be used; names every such parameter.
    """
    query = query_of({name: params.get(name, "") for name in ("rule", "as_of")})
    outcome_id = _outcome(params.get("outcome", "").strip())
    try:
        rule = scope_of(query, now=now).rule
    except NoCreditRuleError:
        rule = None
    return Asked(rule, as_of=query.as_of, outcome_id=outcome_id, unmasked=unmasked)


def _outcome(text: str) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError as error:
        message = f"“{text}” is no outcome's id; leave it out to see the deal's latest."
        raise InvalidReportQueryError([Problem("outcome", "not-an-id", message)]) from error

"""Data quality: each finding with its rows, the money at stake, who looks after it and for how long."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from attribution.finding_checks import page_of
from attribution.models import Finding
from attribution.reports.columns import Column
from attribution.reports.definitions import define
from attribution.reports.kinds import ReportKind
from attribution.reports.proof import prove
from attribution.reports.query import ReportQuery
from attribution.reports.report import Report
from attribution.reports.scope import scope_of

NAME, TITLE = "data-quality", "Data quality"
_OVERLAP = (
    "A deal can be part of several findings, so the money at stake has no total. A dash means "
    "that no amount is known."
)
_PAST = (
    "Rows and money are those of the latest look; only which findings stood is as of the moment."
)


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding; `url` is the page where its rows are put right."""

    code: str
    severity: str
    title: str
    row_count: int
    amount_minor: int | None
    owner: str
    age_days: int
    first_seen_at: datetime
    advice: str
    url: str


COLUMNS: tuple[Column[FindingRow], ...] = (
    Column("finding", "Finding", "text", lambda row: row.title),
    Column("code", "Code", "text", lambda row: row.code, is_key=True),
    Column("severity", "Severity", "text", lambda row: row.severity),
    Column("rows", "Rows", "whole", lambda row: row.row_count, "Deals, touches or records it is about"),
    Column("at_stake", "Money at stake", "money", lambda row: row.amount_minor, "What these rows are worth"),
    Column("owner", "Owner", "text", lambda row: row.owner, "Who looks after it"),
    Column("age_days", "Age", "days", lambda row: row.age_days, "Days since it was first seen"),
    Column("first_seen_at", "First seen", "moment", lambda row: row.first_seen_at),
    Column("advice", "What to do", "text", lambda row: row.advice),
    Column("url", "Page", "text", lambda row: row.url, "Where its rows are put right", is_key=True),
)  # fmt: skip


def build(query: ReportQuery, *, now: datetime) -> Report[FindingRow]:
    """Return the findings that stand, the gravest first. Constant in queries.

    Raises:
        InvalidReportQueryError: the rule does not exist.
        NoCreditRuleError: no credit rule is active.
    """
    scope = scope_of(query, now=now)
    proof = prove(scope)
    rows = [_row(finding, scope.as_of) for finding in _standing(query.as_of)]
    notes = (_OVERLAP, *((_PAST,) if query.as_of else ()))
    definitions = define(scope, proof.statements, notes=notes)
    return Report(NAME, TITLE, COLUMNS, rows, None, definitions, proof)


def _standing(as_of: datetime | None) -> list[Finding]:
    findings = Finding.objects.select_related("owner").by_gravity()
    if as_of is None:
        return list(findings.open())
    stood = Q(resolved_at__isnull=True) | Q(resolved_at__gt=as_of)
    return list(findings.filter(stood, first_seen_at__lte=as_of))


def _row(finding: Finding, moment: datetime) -> FindingRow:
    return FindingRow(
        code=finding.code,
        severity=finding.severity,
        title=finding.title,
        row_count=finding.row_count,
        amount_minor=finding.amount_minor,
        owner=str(finding.owner) if finding.owner else "",
        age_days=finding.age_days(moment),
        first_seen_at=finding.first_seen_at,
        advice=finding.advice,
        url=page_of(finding.code),
    )


KIND = ReportKind(
    name=NAME,
    title=TITLE,
    question="What in the data needs a person: how often, how much money it is about, who looks "
    "after it and since when.",
    build=build,
    columns=COLUMNS,
    parameters=("rule", "as_of"),
)

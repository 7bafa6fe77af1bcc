"""What the OpenAPI schema says of each report: its parameters and the type of every column."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter

from attribution.reports.columns import Column
from attribution.reports.kinds import ReportKind

FORMATS = ("json", "csv", "xlsx")

_TEXT: dict[str, Any] = {"type": "string"}
_DECIMAL: dict[str, Any] = {"type": "string", "format": "decimal"}
_MONEY: dict[str, Any] = {
    "type": "object",
    "properties": {"amount": _DECIMAL, "currency": _TEXT},
    "required": ["amount", "currency"],
}
_TYPES: dict[str, dict[str, Any]] = {
    "text": _TEXT,
    "day": {"type": "string", "format": "date"},
    "moment": {"type": "string", "format": "date-time"},
    "whole": {"type": "integer"},
    "money": _MONEY,
    **dict.fromkeys(("count", "percent", "factor", "days"), _DECIMAL),
}
_DEFINITIONS: dict[str, Any] = {
    "type": "object",
    "description": "What was counted and how: rule, lookback, days, contacts, currency, moment.",
    "properties": {
        **dict.fromkeys(
            ("rule", "rule_name", "rule_in_words", "date_basis", "contact_mode", "period",
             "currency", "time_zone"), _TEXT,
        ),
        "rule_version": {"type": "integer"},
        "lookback_days": {"oneOf": [{"type": "integer"}, {"const": "lifetime"}]},
        "as_of": _TYPES["moment"],
        "margin": _DECIMAL,
        "coverage": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "rate_coverage": {"type": ["string", "null"]},
        "reconciles": {"type": ["boolean", "null"]},
        "what_if": {"type": "boolean"},
        "notes": {"type": "array", "items": _TEXT},
    },
}  # fmt: skip


def parameters_of(kind: ReportKind) -> list[OpenApiParameter]:
    """Return the parameters that make sense for a report, with their choices."""
    choices = {
        "date_basis": kind.bases, "by": kind.dimensions, "goal": kind.goals,
    }  # fmt: skip
    return [
        *(
            OpenApiParameter(name, OpenApiTypes.STR, enum=choices.get(name) or None)
            for name in kind.takes
        ),
        OpenApiParameter("format", OpenApiTypes.STR, enum=FORMATS),
    ]


def answer_of(kind: ReportKind) -> dict[str, Any]:
    """Return the JSON Schema of a report's answer, every column typed."""
    row = _row(kind)
    return {
        "type": "object",
        "description": kind.question,
        "properties": {
            "report": {"const": kind.name},
            "self": {**_TEXT, "description": "The address that gives these figures again later."},
            "definitions": _DEFINITIONS,
            "rows": {"type": "array", "items": row},
            "totals": {"oneOf": [row, {"type": "null"}]},
            "footer": {"type": "object", "description": "The proof against the CRM, per goal."},
        },
    }


def _row(kind: ReportKind) -> dict[str, Any]:
    if not kind.columns:
        return {"type": "object", "additionalProperties": True}
    return {
        "type": "object",
        "properties": {column.name: _typed(column) for column in kind.columns},
    }


def _typed(column: Column[Any]) -> dict[str, Any]:
    """Return a column's type; any value may be null: a dash, never 0."""
    own = _TYPES[column.kind]
    said = {"description": column.help} if column.help else {}
    return {**own, "type": [own["type"], "null"], "title": column.long_label, **said}

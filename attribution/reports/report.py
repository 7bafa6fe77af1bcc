"""What every report is made of, and its forms for machines: JSON, CSV and XLSX."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from attribution.reports.columns import Column
from attribution.reports.definitions import Definitions
from attribution.reports.metrics import MICRO
from attribution.reports.proof import Proof
from attribution.reports.statement import Statement
from campaigns.money import api_money
from campaigns.spreadsheets import Sheet, harmless, write_sheets

RowT = TypeVar("RowT")
API_PATH = "/api/v1/reports/"


@dataclass(frozen=True, slots=True)
class Report(Generic[RowT]):
    """Typed rows with the columns that read them, the definitions, and the proof.

    `extras` are further keys of the API's answer that are no rows.
    """

    name: str
    title: str
    columns: Sequence[Column[RowT]]
    rows: Sequence[RowT]
    total: RowT | None
    definitions: Definitions
    proof: Proof
    extras: Mapping[str, Any] = field(default_factory=dict)

    @property
    def permalink(self) -> str:
        """The address that gives these figures again later: rule, version and moment pinned."""
        return f"{API_PATH}{self.name}?{urlencode(self.definitions.pinned)}"

    @property
    def shown_columns(self) -> list[Column[RowT]]:
        """The columns that people read: all but the ids."""
        return [column for column in self.columns if not column.is_key]

    @property
    def currency(self) -> str:
        """The currency of every amount."""
        return self.definitions.currency

    @property
    def reconciles(self) -> bool:
        """Whether the proof holds."""
        return self.proof.reconciles

    def for_json(self) -> dict[str, Any]:
        """Return the API's form."""
        synced_at = self.proof.synced_at
        return {
            "report": self.name,
            "self": self.permalink,
            "definitions": self.definitions.for_json(),
            "rows": [self._json_row(row) for row in self.rows],
            "totals": None if self.total is None else self._json_row(self.total),
            "footer": {
                "statements": [footer_json(item) for item in self.proof.statements],
                "reconciles": self.proof.reconciles,
                "crm_synced_at": synced_at.isoformat() if synced_at else None,
            },
            **self.extras,
        }

    def for_csv(self) -> str:
        """Return a header line, one line per row and the totals, as RFC 4180 says."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([column.name for column in self.columns])
        for row in self._lines:
            cells = [(column, column.for_file(row, self.currency)) for column in self.columns]
            writer.writerow(
                [text if column.is_number else harmless(text) for column, text in cells]
            )
        return out.getvalue()

    def for_xlsx(self) -> bytes:
        """Return a workbook: the rows and totals, and on a second sheet what was counted."""
        table = [[column.long_label for column in self.columns]]
        table += [
            [column.for_sheet(row, self.currency) for column in self.columns] for row in self._lines
        ]
        bold = {1} if self.total is None else {1, len(table)}
        terms = [("Report", self.title), *self.definitions.in_words(), ("Address", self.permalink)]
        return write_sheets(
            [
                Sheet(self.title[:31], table, _widths(table), frozenset(bold)),
                Sheet("Definitions", [("Term", "Meaning"), *terms], (18, 110)),
            ]
        )

    @property
    def _lines(self) -> list[RowT]:
        return [*self.rows, *([self.total] if self.total is not None else [])]

    def _json_row(self, row: RowT) -> dict[str, Any]:
        return {column.name: column.for_json(row, self.currency) for column in self.columns}


def _widths(table: Sequence[Sequence[Any]]) -> list[int]:
    """Return the columns' widths in characters: as wide as their texts, within reason."""
    return [
        min(max(len(str(cell)) + 2 for cell in column if isinstance(cell, str)), 60)
        for column in zip(*table, strict=True)
    ]


def footer_json(statement: Statement) -> dict[str, Any]:
    """Return a goal's proof in one line: the parts and what they add up to."""
    excluded = statement.crm.amount_minor - statement.in_scope.amount_minor
    parts = {
        "crm_total": statement.crm.amount_minor,
        "attributed": statement.attributed_total.amount_minor,
        "unattributed": statement.unattributed_total.amount_minor,
        "excluded": excluded,
        "difference": statement.difference.amount_minor,
    }
    amounts = {name: api_money(minor, statement.currency) for name, minor in parts.items()}
    return {
        "goal": statement.goal,
        **amounts,
        "crm_count": statement.crm.count,
        "attributed_count": count_text(statement.attributed_total.count_micro),
        "unattributed_count": count_text(statement.unattributed_total.count_micro),
        "reconciles": statement.reconciles,
    }


def count_text(micro: int) -> str:
    """Return millionths of an outcome as an exact decimal: `12`, `3.333333`."""
    whole, rest = divmod(abs(micro), MICRO)
    return "-" * (micro < 0) + f"{whole}.{rest:06d}".rstrip("0").rstrip(".")

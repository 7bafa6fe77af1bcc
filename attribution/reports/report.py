"""What every tabular report is made of, and its forms for machines."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from attribution.reports.columns import Column
from attribution.reports.definitions import Definitions
from attribution.reports.metrics import MICRO
from attribution.reports.proof import Proof
from attribution.reports.statement import Statement
from campaigns.money import api_money
from campaigns.spreadsheets import harmless

RowT = TypeVar("RowT")


@dataclass(frozen=True, slots=True)
class Report(Generic[RowT]):
    """Typed rows with the columns that read them, the definitions, and the proof."""

    name: str
    title: str
    columns: Sequence[Column[RowT]]
    rows: Sequence[RowT]
    total: RowT | None
    definitions: Definitions
    proof: Proof

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
            "definitions": self.definitions.for_json(),
            "rows": [self._json_row(row) for row in self.rows],
            "totals": None if self.total is None else self._json_row(self.total),
            "footer": {
                "statements": [footer_json(item) for item in self.proof.statements],
                "reconciles": self.proof.reconciles,
                "crm_synced_at": synced_at.isoformat() if synced_at else None,
            },
        }

    def for_csv(self) -> str:
        """Return a header line, one line per row and the totals, as RFC 4180 says."""
        out = io.StringIO()
        writer = csv.writer(out)
        writer.writerow([column.name for column in self.columns])
        for row in [*self.rows, *([self.total] if self.total is not None else [])]:
            cells = [(column, column.for_file(row, self.currency)) for column in self.columns]
            writer.writerow(
                [text if column.is_number else harmless(text) for column, text in cells]
            )
        return out.getvalue()

    def _json_row(self, row: RowT) -> dict[str, Any]:
        return {column.name: column.for_json(row, self.currency) for column in self.columns}


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

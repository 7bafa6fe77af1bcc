"""The statement that proves a report: where every outcome and every cent of the CRM went.

CRM total − excluded = in scope; in scope − attributed − unattributed = difference, which is
nothing, or the ledger is wrong.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from attribution.models import Bucket
from attribution.reports.credit import Cell
from attribution.reports.crm_totals import CrmTotal
from attribution.reports.metrics import MICRO


@dataclass(slots=True)
class Line:
    """An amount in minor units of the reporting currency, and its count in millionths."""

    amount_minor: int = 0
    count_micro: int = 0

    def add(self, *, amount: int, micro: int) -> None:
        """Add to both."""
        self.amount_minor += amount
        self.count_micro += micro


@dataclass(slots=True)
class Statement:
    """One goal's statement, for one of the CRM's currencies or for all of them together."""

    goal: str
    currency: str
    crm: CrmTotal
    excluded: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))
    attributed: dict[UUID | None, Line] = field(default_factory=lambda: defaultdict(Line))
    unattributed: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))

    @property
    def in_scope(self) -> Line:
        """The CRM's total without what is excluded."""
        excluded = sum_of(self.excluded.values())
        return Line(
            self.crm.amount_minor - excluded.amount_minor,
            self.crm.count * MICRO - excluded.count_micro,
        )

    @property
    def attributed_total(self) -> Line:
        """What touches earned."""
        return sum_of(self.attributed.values())

    @property
    def unattributed_total(self) -> Line:
        """What no touch earned."""
        return sum_of(self.unattributed.values())

    @property
    def difference(self) -> Line:
        """What the CRM has and the ledger has not; nothing, when it reconciles."""
        scope, earned, rest = self.in_scope, self.attributed_total, self.unattributed_total
        return Line(
            scope.amount_minor - earned.amount_minor - rest.amount_minor,
            scope.count_micro - earned.count_micro - rest.count_micro,
        )

    @property
    def reconciles(self) -> bool:
        """Whether every cent and every outcome is accounted for."""
        return self.difference == Line()


def sum_of(lines: Iterable[Line]) -> Line:
    """Return the sum of lines."""
    total = Line()
    for line in lines:
        total.add(amount=line.amount_minor, micro=line.count_micro)
    return total


def statement_of(crm: CrmTotal, cells: Iterable[Cell]) -> Statement:
    """Set the ledger's cells of one goal against what the CRM says of it."""
    statement = Statement(goal=crm.goal, currency=crm.currency, crm=crm)
    for cell in cells:
        line = _line(statement, cell)
        line.add(amount=cell.amount_minor, micro=cell.count_micro)
    return statement


def _line(statement: Statement, cell: Cell) -> Line:
    if cell.bucket == Bucket.ATTRIBUTED:
        return statement.attributed[cell.key]
    if cell.bucket == Bucket.UNATTRIBUTED:
        return statement.unattributed[cell.reason]
    return statement.excluded[cell.reason]

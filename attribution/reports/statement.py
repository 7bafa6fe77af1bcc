"""The statement that proves a report: where every outcome and every cent of the CRM went.

CRM total − excluded = in scope; in scope − attributed − unattributed = difference, which is
nothing, or the ledger is wrong.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from attribution.models import Bucket
from attribution.reports.credit import Cell, Key
from attribution.reports.crm_totals import CrmTotal, all_currencies
from attribution.reports.metrics import MICRO


@dataclass(slots=True)
class Line:
    """An amount in minor units of the reporting currency, and its count in millionths.

    `unconverted_minor` is money in the statement's own currency that has no exchange rate, and
    so is no part of the amount.
    """

    amount_minor: int = 0
    count_micro: int = 0
    unconverted_minor: int = 0

    def add(self, *, amount: int, micro: int, unconverted: int = 0) -> None:
        """Add to each."""
        self.amount_minor += amount
        self.count_micro += micro
        self.unconverted_minor += unconverted


@dataclass(slots=True)
class Statement:
    """One goal's statement, for one of the CRM's currencies or for all of them together."""

    goal: str
    currency: str
    crm: CrmTotal
    excluded: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))
    attributed: dict[Key, Line] = field(default_factory=lambda: defaultdict(Line))
    unattributed: dict[str, Line] = field(default_factory=lambda: defaultdict(Line))

    @property
    def crm_total(self) -> Line:
        """What the CRM says."""
        unconverted = sum(self.crm.unconverted_minor.values())
        return Line(self.crm.amount_minor, self.crm.count * MICRO, unconverted)

    @property
    def in_scope(self) -> Line:
        """The CRM's total without what is excluded."""
        return _less(self.crm_total, *self.excluded.values())

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
        return _less(self.in_scope, self.attributed_total, self.unattributed_total)

    @property
    def reconciles(self) -> bool:
        """Whether every cent and every outcome is accounted for."""
        return self.difference == Line()


def sum_of(lines: Iterable[Line]) -> Line:
    """Return the sum of lines."""
    total = Line()
    for line in lines:
        total.add(
            amount=line.amount_minor, micro=line.count_micro, unconverted=line.unconverted_minor
        )
    return total


def _less(line: Line, *others: Line) -> Line:
    rest = sum_of(others)
    return Line(
        line.amount_minor - rest.amount_minor,
        line.count_micro - rest.count_micro,
        line.unconverted_minor - rest.unconverted_minor,
    )


def statement_of(crm: CrmTotal, cells: Iterable[Cell]) -> Statement:
    """Set the ledger's cells of one goal against what the CRM says of it.

    A line on which cells cancel out is left out. The ledger holds no money without a rate, so an
    exclusion that the ledger knows takes the CRM's.
    """
    statement = Statement(goal=crm.goal, currency=crm.currency, crm=crm)
    for cell in cells:
        line = _line(statement, cell)
        line.add(amount=cell.amount_minor, micro=cell.count_micro)
    for lines in (statement.excluded, statement.attributed, statement.unattributed):
        _drop_empty(lines)
    for reason, line in statement.excluded.items():
        line.unconverted_minor = crm.unconverted_minor.get(reason, 0)
    return statement


def together(goal: str, currency: str, statements: Iterable[Statement]) -> Statement:
    """Return a goal's statement over all currencies, in the reporting currency."""
    parts = [statement for statement in statements if statement.goal == goal]
    whole = Statement(goal, currency, all_currencies(goal, currency, [one.crm for one in parts]))
    for part in parts:
        for mine, theirs in (
            (whole.excluded, part.excluded),
            (whole.unattributed, part.unattributed),
            (whole.attributed, part.attributed),
        ):
            _add_lines(mine, theirs)
    return whole


def _add_lines(mine: dict[Any, Line], theirs: dict[Any, Line]) -> None:
    for key, line in theirs.items():
        mine[key].add(amount=line.amount_minor, micro=line.count_micro)


def _drop_empty(lines: dict[Any, Line]) -> None:
    for key in [key for key, line in lines.items() if line == Line()]:
        del lines[key]


def _line(statement: Statement, cell: Cell) -> Line:
    if cell.bucket == Bucket.ATTRIBUTED:
        return statement.attributed[cell.key]
    if cell.bucket == Bucket.UNATTRIBUTED:
        return statement.unattributed[cell.reason]
    return statement.excluded[cell.reason]

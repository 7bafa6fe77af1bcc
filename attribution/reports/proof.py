"""The footer of every report: one statement per goal over all currencies, and the last sync."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Max

from attribution.reports.credit import credit_cells
from attribution.reports.crm_totals import all_currencies, crm_totals
from attribution.reports.scope import Scope
from attribution.reports.statement import Statement, statement_of
from crm_sync.models import Connection

GOAL_ORDER = ("lead", "opportunity", "win", "refund")


@dataclass(frozen=True, slots=True)
class Proof:
    """Attributed + unattributed + excluded = CRM total, per goal."""

    statements: list[Statement]
    synced_at: datetime | None

    @property
    def reconciles(self) -> bool:
        """Whether every statement does."""
        return all(statement.reconciles for statement in self.statements)


def prove(scope: Scope) -> Proof:
    """Return the proof for a report's rule and days, whatever rows it shows. Five queries.

    Days are always those of the outcomes here: what no touch earned has no touch's day.
    """
    everything = replace(scope, channel=None, campaign=None)
    cells = credit_cells(everything, scope.rule, by="channel", basis="outcome")
    totals = crm_totals(scope.query).values()
    statements = []
    for goal in GOAL_ORDER:
        crm = all_currencies(
            goal, scope.currency, [total for total in totals if total.goal == goal]
        )
        earned = [cell for cell in cells if cell.kind == goal]
        if goal != "refund" or crm.count or earned:  # who gave nothing back need not read of it
            statements.append(statement_of(crm, earned))
    return Proof(statements=statements, synced_at=latest_sync())


def latest_sync() -> datetime | None:
    """Return when any CRM connection last finished a sync."""
    latest: datetime | None = Connection.objects.aggregate(latest=Max("synced_at"))["latest"]
    return latest

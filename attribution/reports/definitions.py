"""What a report counted and how: the block that every report carries."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from attribution.definitions import rule_in_words
from attribution.reports.columns import shown_moment, shown_percent
from attribution.reports.query import PARAMETERS
from attribution.reports.scope import Scope
from attribution.reports.statement import Statement
from attribution.reports.wording import (
    CONTACT_MODES,
    DATE_BASES,
    GOALS,
    lookback_in_words,
)
from campaigns.money import display_amount

_WHAT_IF_NOTE = "Sourced, influenced and the durations keep the lookback of the active rules."


@dataclass(frozen=True, slots=True)
class Definitions:
    """The choices behind a report's figures. `coverage` is attributed ÷ in scope, per goal.

    `rates` is the share of outcomes with an amount that could be converted, and `pinned` the
    parameters that give the same figures again later.
    """

    rule: str
    rule_name: str
    rule_version: int
    rule_in_words: str
    lookback_days: int | None
    date_basis: str
    contact_mode: str
    period: str
    currency: str
    time_zone: str
    as_of: datetime
    margin: Decimal
    coverage: dict[str, Decimal | None]
    rates: Decimal | None
    reconciles: bool | None
    what_if: bool
    pinned: dict[str, str]
    notes: tuple[str, ...] = ()

    def for_json(self) -> dict[str, Any]:
        """Return the API's form."""
        return {
            "rule": self.rule,
            "rule_name": self.rule_name,
            "rule_version": self.rule_version,
            "rule_in_words": self.rule_in_words,
            "lookback_days": "lifetime" if self.lookback_days is None else self.lookback_days,
            "date_basis": self.date_basis,
            "contact_mode": self.contact_mode,
            "period": self.period,
            "currency": self.currency,
            "time_zone": self.time_zone,
            "as_of": self.as_of.isoformat(),
            "margin": str(self.margin),
            "coverage": {goal: _share(share) for goal, share in self.coverage.items()},
            "rate_coverage": _share(self.rates),
            "reconciles": self.reconciles,
            "what_if": self.what_if,
            "notes": list(self.notes),
        }

    def in_words(self) -> list[tuple[str, str]]:
        """Return the block as (term, explanation) for a page or a terminal."""
        as_of = timezone.localtime(self.as_of, ZoneInfo(self.time_zone))
        version = "what-if, posted nowhere" if self.what_if else f"version {self.rule_version}"
        covered = ", ".join(
            f"{GOALS[goal].lower()} {shown_percent(share)}"
            for goal, share in self.coverage.items()
            if share is not None
        )
        return [
            ("Rule", f"{self.rule_name}, {version}. {self.rule_in_words}"),
            ("Lookback", lookback_in_words(self.lookback_days)),
            ("Days", f"{self.period}, by {DATE_BASES[self.date_basis]}"),
            ("Contacts", CONTACT_MODES[self.contact_mode]),
            ("Currency", f"{self.currency}, converted at the rate of each outcome's day"),
            ("Time zone", self.time_zone),
            ("As of", shown_moment(as_of)),
            ("Margin", f"{self.margin} of revenue (ROI only)"),
            ("Coverage", f"attributed share: {covered}" if covered else "nothing in scope yet"),
            ("Rates", _rates_in_words(self.rates)),
            ("Reconciles", _verdict(reconciles=self.reconciles)),
            *(("Note", note) for note in self.notes),
        ]


def define(
    scope: Scope,
    statements: list[Statement],
    *,
    date_basis: str | None = None,
    notes: tuple[str, ...] = (),
) -> Definitions:
    """Return the block for a report of this scope, proved by these statements."""
    rule, query = scope.rule, scope.query
    return Definitions(
        rule=rule.slug,
        rule_name=rule.name,
        rule_version=rule.version,
        rule_in_words=rule_in_words(
            kind=rule.kind,
            parameters=rule.parameters,
            lookback_days=rule.lookback_days,
            contact_mode=rule.contact_mode,
        ),
        lookback_days=rule.lookback_days,
        date_basis=date_basis or query.date_basis,
        contact_mode=rule.contact_mode,
        period=query.period_in_words,
        currency=scope.currency,
        time_zone=settings.TIME_ZONE,
        as_of=scope.as_of,
        margin=scope.margin,
        coverage={item.goal: _coverage(item) for item in statements},
        rates=_rate_coverage(statements),
        reconciles=all(item.reconciles for item in statements) if statements else None,
        what_if=scope.is_what_if,
        pinned=pinned(scope),
        notes=(*_own_notes(scope, statements), *notes),
    )


def _own_notes(scope: Scope, statements: list[Statement]) -> Iterator[str]:
    """Say what a what-if and another currency leave out."""
    if scope.is_what_if:
        yield _WHAT_IF_NOTE
    if scope.is_converted:
        yield "Open pipeline is a stock of no single day, so it is not converted."
    missing = sum(abs(item.crm.not_shown_minor) for item in statements)
    if scope.is_converted and missing:
        amount = display_amount(missing, settings.REPORTING_CURRENCY)
        yield (
            f"{amount} has no {scope.currency} rate on its days and is left out on both sides: add "
            "the rates to see it."
        )


def pinned(scope: Scope) -> dict[str, str]:
    """Return the parameters that reproduce a report: its rule's version and its moment fixed.

    A what-if shows the present only, so it keeps its choices and moves on with the data.
    """
    rule, given = scope.rule, scope.query.given
    fixed = {} if scope.is_what_if else {"as_of": scope.as_of.isoformat()}
    wanted = {**given, "rule": f"{rule.slug}@{rule.version}", **fixed}
    return {name: wanted[name] for name in PARAMETERS if name in wanted}


def _rate_coverage(statements: list[Statement]) -> Decimal | None:
    """Return the share of the outcomes with an amount that have an exchange rate."""
    valued = sum(item.crm.count - item.crm.without_amount for item in statements)
    without = sum(item.crm.without_rate for item in statements)
    return Decimal(valued - without) / valued if valued else None


def _rates_in_words(share: Decimal | None) -> str:
    if share is None:
        return "no amount to convert yet"
    if share == 1:
        return "every amount has an exchange rate"
    return f"{shown_percent(share)} of the amounts have an exchange rate; the others are excluded"


def _verdict(*, reconciles: bool | None) -> str:
    if reconciles is None:
        return "nothing to reconcile"
    if reconciles:
        return "yes: attributed + unattributed + excluded = CRM total"
    return "NO: the ledger and the CRM differ, see the reconciliation"


def _coverage(statement: Statement) -> Decimal | None:
    """Return attributed ÷ in scope: of the money where there is any, else of the number."""
    scope, earned = statement.in_scope, statement.attributed_total
    if scope.amount_minor > 0:
        return Decimal(earned.amount_minor) / scope.amount_minor
    return Decimal(earned.count_micro) / scope.count_micro if scope.count_micro > 0 else None


def _share(share: Decimal | None) -> str | None:
    return None if share is None else str(share.quantize(Decimal("0.0001"), ROUND_HALF_UP))

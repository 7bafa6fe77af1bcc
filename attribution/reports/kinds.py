"""What a report is by name, what it answers, and which parameters make sense for it. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from attribution.reports.query import (
    DateBasis,
    Dimension,
    Goal,
    InvalidReportQueryError,
    Problem,
    ReportQuery,
)

ALWAYS = ("rule", "lookback_days", "contact_mode", "as_of")
"""Parameters of every report that divides credit."""

DAYS = ("from", "to")
ROWS = ("channel", "campaign")


@dataclass(frozen=True, slots=True)
class ReportKind:
    """One report. `question` is what it answers, in one sentence, under its title.

    `parameters` lists the parameters it takes besides `date_basis`, `by` and `goal`; it takes
    each of these three iff it names choices, of which the first is what it does by itself.
    `columns` are those of its rows by themselves; empty where they depend on the rules.
    """

    name: str
    title: str
    question: str
    build: Callable[..., Any] = field(repr=False)
    parameters: tuple[str, ...] = (*ALWAYS, *DAYS, *ROWS)
    bases: tuple[DateBasis, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    goals: tuple[Goal, ...] = ()
    columns: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def takes(self) -> tuple[str, ...]:
        """Every parameter the report takes, by its outside name."""
        choices = {"date_basis": self.bases, "by": self.dimensions, "goal": self.goals}
        return (*self.parameters, *(name for name, values in choices.items() if values))

    def check(self, query: ReportQuery) -> None:
        """Refuse what makes no sense for this report.

        Raises:
            InvalidReportQueryError: names every such parameter.
        """
        problems = [self._senseless(name) for name in query.given if name not in self.takes]
        for name, chosen, choices in (
            ("date_basis", query.date_basis, self.bases),
            ("by", query.by, self.dimensions),
            ("goal", query.goal, self.goals),
        ):
            if chosen and choices and chosen not in choices:
                problems.append(self._not_here(name, chosen, choices))
        if problems:
            raise InvalidReportQueryError(problems)

    def _senseless(self, name: str) -> Problem:
        message = f"The report “{self.title}” has no {name}. Leave it out."
        return Problem(name, "senseless-here", message)

    def _not_here(self, name: str, chosen: str, choices: tuple[str, ...]) -> Problem:
        known = ", ".join(choices)
        message = f"The report “{self.title}” has no {name} “{chosen}”; give one of {known}."
        return Problem(name, "senseless-here", message, choices[0])

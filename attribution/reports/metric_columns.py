"""The columns that the send report and the channel report share, in the contract's order."""

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from attribution.reports.columns import Column, Kind
from attribution.reports.metrics import Metrics


class HasMetrics(Protocol):
    """A row of a report that carries the common figures."""

    @property
    def metrics(self) -> Metrics:
        """The row's figures."""


RowT = TypeVar("RowT", bound=HasMetrics)

_MEASURES: tuple[tuple[str, str, Kind, str, str], ...] = (
    ("recipients", "Recipients", "whole", "recipients", "People the send was made for"),
    ("delivered", "Delivered", "whole", "delivered", "Messages the SMS platform reports as delivered"),
    ("human_taps", "Human taps", "whole", "human_taps", "Taps that no evidence marks as a machine's"),
    ("machine_taps", "Machine taps", "whole", "machine_taps", "Previews, scanners and bots; they earn no credit"),
    ("tap_rate", "Tap rate", "percent", "tap_rate", "Human taps ÷ delivered, or ÷ recipients where delivery is not reported"),
    ("recipients_tapped", "Recipients tapped", "whole", "recipients_tapped", "Recipients whose own link a person opened at least once"),
    ("corrected_tap_rate", "Corrected rate", "percent", "corrected_tap_rate", "Recipients tapped ÷ delivered, or ÷ recipients: without machines, repeated taps and addresses that are no recipient's"),
    ("opt_outs", "Opt-outs", "whole", "opt_outs", "People who asked not to be texted again after it"),
    ("spend", "Spend", "money", "spend_minor", "What it cost, in the reporting currency"),
    ("leads_sourced", "Sourced", "count", "leads_sourced", "Leads whose first touch it was"),
    ("leads_credited", "Credited", "count", "leads", "Its share of leads under the rule"),
    ("cost_per_lead", "Cost each", "money", "cost_per_lead_minor", "Spend ÷ credited leads"),
    ("opportunities_sourced", "Sourced", "count", "opportunities_sourced", "Opportunities whose first touch it was"),
    ("opportunities_credited", "Credited", "count", "opportunities", "Its share of opportunities under the rule"),
    ("cost_per_opportunity", "Cost each", "money", "cost_per_opportunity_minor", "Spend ÷ credited opportunities"),
    ("pipeline_created", "Created", "money", "pipeline_minor", "Credited amount of opportunities, lost ones included"),
    ("pipeline_influenced", "Open, influenced", "money", "influenced_minor", "Full amount of open opportunities with a touch of the row. Rows overlap: never add them up"),
    ("wins", "Wins", "count", "wins", "Its share of won deals under the rule"),
    ("revenue_attributed", "Attributed", "money", "revenue_minor", "Its share of closed-won revenue under the rule"),
    ("roas", "ROAS", "factor", "roas", "Attributed revenue ÷ spend"),
    ("roi", "ROI", "percent", "roi", "(Attributed revenue × margin − spend) ÷ spend"),
    ("days_to_opportunity", "Tap → opp", "days", "days_to_opportunity", "Median days from the row's first touch to the opportunity"),
    ("days_to_win", "Opp → win", "days", "days_to_win", "Median days from opportunity to win of deals with a touch of the row"),
)  # fmt: skip
_GROUPS = {
    "Reach": (
        "recipients",
        "delivered",
        "human_taps",
        "machine_taps",
        "tap_rate",
        "recipients_tapped",
        "corrected_tap_rate",
        "opt_outs",
    ),
    "Cost": ("spend",),
    "Leads": ("leads_sourced", "leads_credited", "cost_per_lead"),
    "Opportunities": (
        "opportunities_sourced",
        "opportunities_credited",
        "cost_per_opportunity",
        "pipeline_created",
        "pipeline_influenced",
    ),
    "Revenue": ("wins", "revenue_attributed", "roas", "roi"),
    "Time": ("days_to_opportunity", "days_to_win"),
}
_GROUP_OF = {name: group for group, names in _GROUPS.items() for name in names}


def metric_columns(_row: type[RowT]) -> tuple[Column[RowT], ...]:
    """Return the common columns for a kind of row."""
    return tuple(
        Column(name, label, kind, _reader(attribute), explanation, _GROUP_OF[name])
        for name, label, kind, attribute, explanation in _MEASURES
    )


def _reader(attribute: str) -> Callable[[HasMetrics], Any]:
    return lambda row: getattr(row.metrics, attribute)

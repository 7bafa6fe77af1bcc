"""What it was worth: outcomes, the rules that divide them, and the append-only ledger."""

from attribution.models.findings import Finding
from attribution.models.influence import InfluenceTotal, LagTotal, OutcomeInfluence
from attribution.models.ledger import Bucket, CreditBatch, CreditEntry, Period
from attribution.models.outcomes import Outcome
from attribution.models.pages import DealJourney, SendPerformance
from attribution.models.rebuilds import Rebuild, RebuildPart, Settlement
from attribution.models.rules import CreditRule
from attribution.models.sums import CreditTotal
from attribution.models.views import (
    ReportDelivery,
    ReportSchedule,
    SavedView,
    ScheduleRecipient,
)

__all__ = [
    "Bucket",
    "CreditBatch",
    "CreditEntry",
    "CreditRule",
    "CreditTotal",
    "DealJourney",
    "Finding",
    "InfluenceTotal",
    "LagTotal",
    "Outcome",
    "OutcomeInfluence",
    "Period",
    "Rebuild",
    "RebuildPart",
    "ReportDelivery",
    "ReportSchedule",
    "SavedView",
    "ScheduleRecipient",
    "SendPerformance",
    "Settlement",
]

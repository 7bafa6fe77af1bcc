"""The running sums of the ledger, which the reports read."""

from django.db import models
from django.db.models import Q

from attribution.models.ledger import Bucket
from attribution.models.outcomes import Outcome
from attribution.models.rules import CreditRule
from campaigns.models import Campaign, Channel, Message, Send
from links.models import Link


class PlacedRow(models.Model):
    """A row that the database derives, and the place whose touches it is about."""

    # Numbered by the database, which adds the rows; it never leaves
    id = models.BigAutoField(primary_key=True)
    # The touch's own foreign keys guard these, as they do those of the entries
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    send = models.ForeignKey(
        Send, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        Link, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )

    class Meta:
        abstract = True


class CreditTotal(PlacedRow):
    """The running sum of the ledger's entries in one cell of the reports.

    Every entry stands in one cell of each grain, so a report reads exactly one grain.
    """

    class Grain(models.TextChoices):
        """By which dates a cell is cut; the others are empty."""

        ALL = "all", "All days together"
        OUTCOME_DAY = "outcome_day", "Day of the outcome"
        TOUCH_DAY = "touch_day", "Day of the touch"
        COHORT = "cohort", "Month of the touch by month of the outcome"

    rule = models.ForeignKey(CreditRule, models.CASCADE, related_name="totals", db_index=False)
    grain = models.CharField(max_length=12, choices=Grain)
    kind = models.CharField(max_length=12, choices=Outcome.Kind)
    bucket = models.CharField(max_length=12, choices=Bucket)
    reason = models.CharField(max_length=24, blank=True)
    touch_date = models.DateField(null=True, help_text="First of the month in cohorts")
    outcome_date = models.DateField(null=True, help_text="First of the month in cohorts")
    amount_minor = models.BigIntegerField()
    count_micro = models.BigIntegerField()

    class Meta:
        ordering = ["rule", "kind"]
        constraints = [
            # In the order in which reports narrow down, so that each is one scan of this index
            models.UniqueConstraint(
                fields=[
                    "rule", "grain", "outcome_date", "touch_date", "kind", "bucket", "reason",
                    "channel", "campaign", "send", "message", "link",
                ],
                nulls_distinct=False,
                name="attribution_total_cell_unique",
            ),
            models.CheckConstraint(
                condition=Q(grain="all", touch_date=None, outcome_date=None)
                | Q(grain="outcome_day", touch_date=None)
                | Q(grain="touch_day", outcome_date=None)
                | Q(grain="cohort"),
                name="attribution_total_dates_fit",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.bucket} {self.amount_minor}"

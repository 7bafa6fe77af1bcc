"""The running sums of the ledger, which the reports read."""

from django.db import models

from attribution.models.ledger import Bucket
from attribution.models.outcomes import Outcome
from attribution.models.rules import CreditRule
from campaigns.models import Campaign, Channel, Message, Send
from campaigns.public_ids import PublicIdField
from links.models import Link


class CreditTotal(models.Model):
    """The running sum of the ledger's entries in one cell of the reports."""

    id = PublicIdField()
    rule = models.ForeignKey(CreditRule, models.CASCADE, related_name="totals")
    kind = models.CharField(max_length=12, choices=Outcome.Kind)
    bucket = models.CharField(max_length=12, choices=Bucket)
    reason = models.CharField(max_length=24, blank=True)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="+")
    send = models.ForeignKey(Send, models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey(Link, models.PROTECT, null=True, related_name="+")
    touch_date = models.DateField(null=True)
    outcome_date = models.DateField(null=True)
    amount_minor = models.BigIntegerField()
    count_micro = models.BigIntegerField()

    class Meta:
        ordering = ["rule", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "rule", "kind", "bucket", "reason", "channel", "campaign", "send",
                    "message", "link", "touch_date", "outcome_date",
                ],
                nulls_distinct=False,
                name="attribution_total_cell_unique",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.bucket} {self.amount_minor}"

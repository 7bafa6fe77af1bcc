"""What credit is divided for."""

from datetime import datetime

from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField
from crm_sync.models import Deal, DealRefund
from tracking.models import Event, Person


class Outcome(models.Model):
    """A thing that credit is divided for, with its time and its amount."""

    class Kind(models.TextChoices):
        LEAD = "lead", "Lead"
        OPPORTUNITY = "opportunity", "Opportunity"
        WIN = "win", "Win"
        REFUND = "refund", "Refund"

    class Exclusion(models.TextChoices):
        NONE = "", "None"
        NO_AMOUNT = "no_amount", "No amount in the CRM"
        NO_DATE = "no_date", "No date in the CRM"
        NO_RATE = "no_rate", "No exchange rate"
        NOT_WON = "not_won", "Refund of a deal that is not won"
        TOO_LARGE = "too_large", "Amount too large to divide exactly"
        WITHDRAWN = "withdrawn", "Deleted, reopened or taken back"

    id = PublicIdField()
    kind = models.CharField(max_length=12, choices=Kind)
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, related_name="+")
    refund = models.ForeignKey(
        DealRefund, models.PROTECT, null=True, related_name="+", help_text="Its deal is named too"
    )
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    occurred_at = models.DateTimeField(null=True, help_text="Empty: excluded, no_date")
    won_at = models.DateTimeField(
        null=True, help_text="Of a refund: when its deal was won, where its lookback starts"
    )
    source_amount_minor = models.BigIntegerField(null=True, help_text="As the source says")
    source_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    amount_minor = models.BigIntegerField(
        default=0, help_text="In the reporting currency; 0 where it is not known"
    )
    exclusion = models.CharField(
        max_length=10, choices=Exclusion, default=Exclusion.NONE, blank=True
    )
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-occurred_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "deal"],
                condition=Q(refund__isnull=True),
                name="attribution_outcome_deal",
            ),
            models.UniqueConstraint(fields=["refund"], name="attribution_outcome_refund"),
            models.UniqueConstraint(fields=["kind", "event"], name="attribution_outcome_event"),
            models.CheckConstraint(
                condition=Q(deal__isnull=False) ^ Q(event__isnull=False),
                name="attribution_outcome_one_fact",
            ),
            models.CheckConstraint(
                condition=(Q(kind="refund") & Q(refund__isnull=False))
                | (~Q(kind="refund") & Q(refund__isnull=True)),
                name="attribution_outcome_refund_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "occurred_at"], name="attribution_outcome_time"),
            models.Index(
                fields=["source_currency", "occurred_at"], name="attribution_outcome_currency"
            ),
            models.Index(fields=["person"], name="attribution_outcome_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.deal or self.event}"

    @property
    def credited_at(self) -> datetime | None:
        """Return the moment from which touches are looked back for.

        A refund mirrors its win, so it is the win's moment; the refund's own day only dates it.
        """
        return self.won_at if self.kind == self.Kind.REFUND else self.occurred_at

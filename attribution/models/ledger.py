"""The append-only ledger: batches of entries in a hash chain, and the periods that are closed."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from attribution.models.outcomes import Outcome
from attribution.models.rules import CreditRule
from campaigns.models import Campaign, Channel, Message, Send
from campaigns.money import display_amount
from campaigns.public_ids import PublicIdField
from links.models import Link
from tracking.models import Touchpoint


class CreditBatch(models.Model):
    """One posting: its cause, and the hash that chains it to the batch before."""

    class Cause(models.TextChoices):
        NEW_OUTCOME = "new_outcome", "New outcome"
        DEAL_CHANGED = "deal_changed", "Deal changed"
        LATE_TOUCH = "late_touch", "Late touch"
        IDENTITY = "identity", "Identity"
        CHANNEL_RULES = "channel_rules", "Channel rules"
        CREDIT_RULES = "credit_rules", "Credit rules"
        EXCLUSION = "exclusion", "Exclusion"
        REFUND = "refund", "Refund"
        RATE = "rate", "Exchange rate"
        REBUILD = "rebuild", "Rebuild"

    id = PublicIdField()
    number = models.PositiveBigIntegerField(unique=True)
    cause = models.CharField(max_length=16, choices=Cause)
    posted_at = models.DateTimeField()
    entry_count = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, help_text="SHA-256 over its entries and previous_hash")

    class Meta:
        verbose_name_plural = "credit batches"
        ordering = ["-number"]
        permissions = [("export_evidence", "Can export the evidence of the ledger")]

    def __str__(self) -> str:
        return f"Batch {self.number}: {self.get_cause_display().lower()}"


class Bucket(models.TextChoices):
    """Where an amount stands in the statement."""

    ATTRIBUTED = "attributed", "Attributed"
    UNATTRIBUTED = "unattributed", "Unattributed"
    EXCLUDED = "excluded", "Excluded"


class CreditEntry(models.Model):
    """One line of the ledger. A database trigger refuses UPDATE and DELETE."""

    id = PublicIdField()
    # No foreign key here is a constraint: PostgreSQL checks them row by row, which tripled the time
    # of a rebuild. `ledger.post` checks a batch at once, triggers keep the rows it names (see
    # migrations/0003_append_only.py), and the touch's own foreign keys guard all from its channel on.
    batch = models.ForeignKey(
        CreditBatch, models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    line = models.PositiveIntegerField(help_text="Place within the batch")
    outcome = models.ForeignKey(
        Outcome, models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    rule = models.ForeignKey(
        CreditRule, models.PROTECT, related_name="entries", db_constraint=False, db_index=False
    )
    touch = models.ForeignKey(
        Touchpoint, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    bucket = models.CharField(max_length=12, choices=Bucket)
    reason = models.CharField(max_length=24, blank=True)
    amount_minor = models.BigIntegerField(help_text="Difference, reporting currency")
    count_micro = models.BigIntegerField(help_text="Difference, millionths of one outcome")
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
    touch_date = models.DateField(null=True, help_text="In the organisation's time zone")
    outcome_date = models.DateField(null=True)
    rate = models.DecimalField(
        max_digits=20, decimal_places=10, null=True, help_text="By which the outcome was converted"
    )
    is_restatement = models.BooleanField(
        default=False, help_text="The outcome's day lies in a period that was locked when posted"
    )

    class Meta:
        verbose_name_plural = "credit entries"
        ordering = ["batch", "line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="attribution_entry_line_unique"),
            models.CheckConstraint(
                condition=~Q(amount_minor=0, count_micro=0), name="attribution_entry_says_something"
            ),
            models.CheckConstraint(
                condition=Q(bucket="attributed", touch__isnull=False, reason="")
                | (~Q(bucket="attributed") & Q(touch__isnull=True) & ~Q(reason="")),
                name="attribution_entry_bucket_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["outcome", "rule"], name="attribution_entry_outcome"),
            models.Index(
                fields=["touch"], condition=Q(touch__isnull=False), name="attribution_entry_touch"
            ),
            models.Index(
                fields=["send"], condition=Q(send__isnull=False), name="attribution_entry_send"
            ),
            models.Index(
                fields=["outcome_date"],
                condition=Q(is_restatement=True),
                name="attribution_entry_restates",
            ),
        ]

    def __str__(self) -> str:
        amount = display_amount(self.amount_minor, settings.REPORTING_CURRENCY)
        return f"{self.get_bucket_display()} {amount}"


class Period(models.Model):
    """A closed stretch of days whose credit no longer moves."""

    id = PublicIdField()
    starts_on = models.DateField(unique=True)
    ends_on = models.DateField(unique=True)
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="attribution_period_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"

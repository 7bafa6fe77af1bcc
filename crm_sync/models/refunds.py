"""Money that went back to a customer after a deal was won."""

from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField
from crm_sync.models.connections import Connection
from crm_sync.models.deals import Deal
from crm_sync.querysets import DealRefundQuerySet


class DealRefund(models.Model):
    """An amount taken back from a won deal. A corrected or removed refund stays as a tombstone.

    A correction of the deal, the money or the day is a tombstone and a new row, so that what
    was known at any past moment can be told.
    """

    class Reason(models.TextChoices):
        REFUND = "refund", "Refund"
        CHURN = "churn", "Customer left"
        CREDIT_NOTE = "credit_note", "Credit note"

    class Origin(models.TextChoices):
        API = "api", "API"
        FILE = "file", "File import"
        ADMIN = "admin", "Entered by hand"

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="refunds")
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="refunds")
    external_id = models.CharField(
        "reference", max_length=120, help_text="The refund’s own number, unique in its CRM"
    )
    amount_minor = models.BigIntegerField(help_text="Taken back, so always above 0")
    currency = models.CharField(max_length=3)
    refunded_at = models.DateTimeField("refunded", help_text="When the money went back")
    reason = models.CharField(max_length=12, choices=Reason, default=Reason.REFUND)
    origin = models.CharField(max_length=6, choices=Origin, editable=False)
    recorded_at = models.DateTimeField("recorded", editable=False)
    removed_at = models.DateTimeField(
        "removed", null=True, editable=False, help_text="Taken back or replaced by a correction"
    )

    objects = DealRefundQuerySet.as_manager()

    class Meta:
        ordering = ["-refunded_at"]
        verbose_name = "refund"
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"],
                condition=Q(removed_at__isnull=True),
                name="crm_sync_refund_unique",
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0), name="crm_sync_refund_takes_back"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="crm_sync_refund_currency_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_reason_display()} {self.external_id}"

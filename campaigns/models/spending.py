"""What things cost, and what currencies were worth."""

from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from campaigns.models.naming import Channel
from campaigns.models.sends import Campaign, Send
from campaigns.public_ids import PublicIdField


class Spend(models.Model):
    """What a day of a campaign cost on one platform. Credit notes are negative."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", "Charged by the platform"
        CREDIT_NOTE = "credit-note", "Credit note"
        RATE_CARD = "rate-card", "Segments × rate, until the invoice is in"

    id = PublicIdField()
    platform = models.SlugField(max_length=40, help_text="twilio, google_ads, meta, linkedin, …")
    external_id = models.CharField(max_length=120, help_text="The platform's own campaign id")
    date = models.DateField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    send = models.ForeignKey(Send, models.PROTECT, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind, default=Kind.INVOICE, editable=False)
    amount_minor = models.BigIntegerField(help_text="In minor units: cents for USD")
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=200, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "spend"
        ordering = ["-date", "platform"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "external_id", "date"], name="campaigns_spend_natural_key"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="campaigns_spend_currency_code"
            ),
            models.CheckConstraint(
                condition=Q(kind="credit-note", amount_minor__lt=0)
                | (~Q(kind="credit-note") & Q(amount_minor__gte=0)),
                name="campaigns_spend_credit_note_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.external_id}, {self.date}"


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in the reporting currency on a day."""

    id = PublicIdField()
    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(
        max_digits=20, decimal_places=10, help_text="Reporting currency per unit"
    )

    class Meta:
        ordering = ["-date", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "date"], name="campaigns_rate_day_unique"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="campaigns_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} on {self.date}: {self.rate}"


class RateChange(models.Model):
    """A note that a day's rate came, changed or went, until the outcomes of its days follow.

    A trigger writes it (`migrations/0003_rate_changes.py`), so that no writer can forget.
    """

    id = models.BigAutoField(primary_key=True)
    currency = models.CharField(max_length=3)
    date = models.DateField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.currency} on {self.date}"

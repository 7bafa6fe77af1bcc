"""How sends go out, who approved one or a new text of it, and which warnings were accepted."""

import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from campaigns.models.naming import Channel
from campaigns.models.sends import Message, Send
from campaigns.public_ids import PublicIdField


class SendingPolicy(models.Model):
    """What a channel's sends keep to besides their names: approval, quiet hours, cost, rest."""

    id = PublicIdField()
    channel = models.OneToOneField(Channel, models.CASCADE, related_name="+")
    needs_approval = models.BooleanField(
        default=False, help_text="A second person approves a send before it goes live"
    )
    warnings_need_reason = models.BooleanField(
        default=False, help_text="A send goes live only when every warning was answered"
    )
    quiet_from = models.TimeField(null=True, blank=True, default=datetime.time(21))
    quiet_until = models.TimeField(null=True, blank=True, default=datetime.time(8))
    quiet_hours_block = models.BooleanField(
        default=False, help_text="In quiet hours nothing goes live; otherwise a warning"
    )
    time_zone = models.CharField(
        max_length=63, blank=True, help_text="Of recipients whose send names none"
    )
    most_segments = models.PositiveSmallIntegerField(
        default=3, help_text="A longer text is warned about"
    )
    segment_rate = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        help_text="What the platform charges for a segment, carrier fees included",
    )
    currency = models.CharField(max_length=3, default="USD")
    collision_days = models.PositiveSmallIntegerField(
        default=3, help_text="Two sends to one audience within these days are a collision"
    )

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "sending policies"
        ordering = ["channel"]
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="campaigns_policy_currency_code"
            ),
            models.CheckConstraint(
                condition=Q(segment_rate__isnull=True) | Q(segment_rate__gte=0),
                name="campaigns_policy_rate_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="campaigns_policy_quiet_hours_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"How {self.channel} sends go out"


class SendApproval(models.Model):
    """A second person's yes to a send as it then was."""

    id = PublicIdField()
    send = models.ForeignKey(Send, models.CASCADE, related_name="approvals")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    approved_at = models.DateTimeField()
    fingerprint = models.CharField(max_length=64, help_text="Of what was approved")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-approved_at"]

    def __str__(self) -> str:
        return f"{self.send.name}, approved {self.approved_at:%Y-%m-%d}"


class ProposedText(models.Model):
    """A new text for a version that is going out, and a second person's yes or no to it."""

    id = PublicIdField()
    message = models.ForeignKey(Message, models.CASCADE, related_name="proposed_texts")
    body = models.TextField(max_length=1600)
    destination_url = models.URLField(max_length=2000, blank=True)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    proposed_at = models.DateTimeField()
    is_accepted = models.BooleanField(null=True, help_text="Empty: it waits")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(decided_at__isnull=True),
                name="campaigns_proposed_text_one_waits",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, is_accepted__isnull=True)
                | Q(decided_at__isnull=False, is_accepted__isnull=False),
                name="campaigns_proposed_text_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"A new text for {self.message}"


class AcknowledgedWarning(models.Model):
    """A preflight warning somebody accepted, and why. A different wording is another warning."""

    id = PublicIdField()
    send = models.ForeignKey(Send, models.CASCADE, related_name="acknowledged_warnings")
    code = models.CharField(max_length=60)
    message = models.TextField()
    reason = models.CharField(max_length=300)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField()

    class Meta:
        ordering = ["acknowledged_at"]

    def __str__(self) -> str:
        return f"{self.send.name}: {self.code}"

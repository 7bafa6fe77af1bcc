"""Findings: what in the data needs a person."""

from datetime import datetime

from django.conf import settings
from django.db import models

from attribution.querysets import FindingQuerySet
from campaigns.public_ids import PublicIdField


class Finding(models.Model):
    """Something in the data that a person should know, with the money at stake."""

    class Severity(models.TextChoices):
        ERROR = "error", "Error"
        WARNING = "warning", "Warning"
        NOTICE = "notice", "Notice"

    id = PublicIdField()
    code = models.CharField(max_length=40, unique=True)
    severity = models.CharField(max_length=10, choices=Severity)
    title = models.CharField(max_length=160)
    advice = models.TextField(blank=True, help_text="What to do about it")
    row_count = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField(null=True)
    first_seen_at = models.DateTimeField()
    latest_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who looks after it",
    )

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["severity", "-row_count"]

    def __str__(self) -> str:
        return self.title

    def age_days(self, moment: datetime) -> int:
        """Return the whole days since it was first seen."""
        return max((moment - self.first_seen_at).days, 0)

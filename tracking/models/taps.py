"""Hits on short domains as the journal tells them, and the running counts made of them."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from campaigns.public_ids import PublicIdField
from links.models import Link, RecipientLink
from tracking.querysets import ClickQuerySet


class Click(models.Model):
    """One hit on a short domain, whoever made it, as the journal tells it.

    The table is partitioned by month of the id, which begins with the tap's milliseconds
    (`tracking.partitions`). Old months are dropped whole, and every tap costs the same insert, so
    nothing here is a database constraint: the consumer holds the links and recipients that it
    names (`tracking.tap_facts`), and Django still refuses to delete a link with taps.
    """

    class Grade(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        LIKELY = "likely", "Likely"
        UNKNOWN = "unknown", "Unknown"
        MACHINE = "machine", "Machine"

    class Answer(models.TextChoices):
        REDIRECTED = "redirected", "Redirected"
        UNKNOWN_CODE = "unknown_code", "Unknown code"
        UNKNOWN_HOST = "unknown_host", "Unknown host"
        NOT_STARTED = "not_started", "Not started yet"
        EXPIRED = "expired", "Expired"
        RETIRED = "retired", "Retired"
        LIMIT_REACHED = "limit_reached", "Limit of taps reached"

    id = PublicIdField(help_text="The click id that travels as `tr`")
    occurred_at = models.DateTimeField()
    answer = models.CharField(max_length=14, choices=Answer, default=Answer.REDIRECTED)
    link = models.ForeignKey(
        Link, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    recipient = models.ForeignKey(
        RecipientLink,
        models.SET_NULL,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    host = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    query = models.CharField(max_length=2000, blank=True)
    method = models.CharField(max_length=8)
    address_hash = models.CharField(max_length=32, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1, if it is known")
    device = models.CharField(max_length=10, blank=True)
    os = models.CharField("operating system", max_length=20, blank=True)
    browser = models.CharField(max_length=30, blank=True)
    grade = models.CharField(max_length=10, choices=Grade)
    reason = models.CharField(max_length=40)

    objects = ClickQuerySet.as_manager()

    class Meta:
        verbose_name = "tap"
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["link", "occurred_at"], name="tracking_click_link_time"),
            models.Index(
                fields=["recipient"],
                condition=models.Q(recipient__isnull=False),
                name="tracking_click_recipient",
            ),
            BrinIndex(fields=["occurred_at"], name="tracking_click_time"),
        ]

    def __str__(self) -> str:
        return f"{self.host}{self.path}"


class ClickTotal(models.Model):
    """Running counts of a link's taps by day (UTC), so that no report counts clicks."""

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="+")
    date = models.DateField()
    human_count = models.PositiveIntegerField(default=0)
    machine_count = models.PositiveIntegerField(default=0)
    recipient_count = models.PositiveIntegerField(
        default=0, help_text="Recipients whose first tap as a person was that day"
    )
    earliest_at = models.DateTimeField(null=True, help_text="Of the taps by people")
    latest_at = models.DateTimeField(null=True, help_text="Of the taps by people")

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "date"], name="tracking_click_total_day_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} on {self.date}"


class TapBreakdown(models.Model):
    """Running counts of a link's taps by day (UTC) and by what they were made with, and why."""

    class Dimension(models.TextChoices):
        DEVICE = "device", "Device"
        OS = "os", "Operating system"
        BROWSER = "browser", "Browser"
        COUNTRY = "country", "Country"
        REASON = "reason", "Reason of the grade"

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="+", db_index=False)
    date = models.DateField()
    dimension = models.CharField(max_length=10, choices=Dimension)
    value = models.CharField(max_length=40, blank=True, help_text="Empty: not known")
    human_count = models.PositiveIntegerField(default=0)
    machine_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["link", "dimension", "date"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "date", "dimension", "value"],
                name="tracking_tap_breakdown_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} on {self.date}: {self.dimension} {self.value}"


class OrphanTotal(models.Model):
    """Running counts of a day's (UTC) hits that led to no live link, by address.

    Scanners try addresses without end: past a number a day, the rest is counted without its path.
    """

    id = PublicIdField()
    host = models.CharField(max_length=255)
    date = models.DateField()
    answer = models.CharField(max_length=14, choices=Click.Answer)
    path = models.CharField(max_length=100, blank=True, help_text="Empty: all the others")
    human_count = models.PositiveIntegerField(default=0)
    machine_count = models.PositiveIntegerField(default=0)
    latest_at = models.DateTimeField()

    class Meta:
        verbose_name = "hit without a link"
        verbose_name_plural = "hits without a link"
        ordering = ["-latest_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["date", "host", "answer", "path"], name="tracking_orphan_total_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host}{self.path or ' and other paths'}"


class JournalCursor(models.Model):
    """How far a click journal file has been read. Moves in the clicks' own transaction."""

    id = PublicIdField()
    file = models.CharField(max_length=255, unique=True)
    position = models.PositiveBigIntegerField(default=0, help_text="Bytes read")
    rejected_count = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["file"]

    def __str__(self) -> str:
        return self.file

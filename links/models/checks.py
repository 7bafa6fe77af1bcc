"""What following a link met, and the alerts when a live link breaks."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from campaigns.models import Send
from campaigns.public_ids import PublicIdField
from links.models.links import Link
from links.querysets import LinkAlertQuerySet, LinkCheckQuerySet


class LinkCheck(models.Model):
    """What one kind of device met when it followed a link to its end.

    All checks of one look at a link have the same time.
    """

    class Device(models.TextChoices):
        IPHONE = "iphone", "iPhone"
        ANDROID = "android", "Android"
        DESKTOP = "desktop", "Desktop"

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="checks")
    device = models.CharField(max_length=10, choices=Device)
    destination_url = models.TextField(
        "destination",
        blank=True,
        help_text="The destination that was asked directly; empty: the short link was followed",
    )
    is_ok = models.BooleanField()
    checked_at = models.DateTimeField()
    final_url = models.TextField("last address", blank=True)
    final_status = models.PositiveSmallIntegerField(null=True)
    hops = models.JSONField(default=list, help_text="[{url, status, milliseconds, onward}]")
    problems = models.JSONField(default=list, help_text="[{code, message, severity}]")

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at"]
        indexes = [
            models.Index(fields=["link", "device", "-checked_at"], name="links_check_latest")
        ]

    def __str__(self) -> str:
        return f"{self.link} as {self.get_device_display()}"


class CheckRun(models.Model):
    """Links that a worker checks one after another, and how far it has come."""

    id = PublicIdField()
    send = models.ForeignKey(Send, models.CASCADE, null=True, related_name="+")
    link_ids = ArrayField(models.UUIDField(), help_text="In the order in which they are checked")
    done_count = models.PositiveIntegerField(default=0)
    is_scheduled = models.BooleanField(default=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    worked_at = models.DateTimeField(null=True, help_text="The last sign of life of its worker")
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["send"],
                condition=Q(finished_at__isnull=True),
                name="links_run_one_per_send",
            ),
            models.UniqueConstraint(
                fields=["is_scheduled"],
                condition=Q(finished_at__isnull=True, is_scheduled=True),
                name="links_run_one_scheduled",
            ),
        ]

    def __str__(self) -> str:
        return f"{len(self.link_ids)} links since {self.created_at:%-d %B %Y %H:%M}"


class LinkAlert(models.Model):
    """A live link that broke, from the check that found it to the one that found it mended."""

    class Resolution(models.TextChoices):
        MENDED = "mended", "Mended"
        SEND_OVER = "send-over", "Send is over"
        SWITCHED_OFF = "switched-off", "Link is switched off"

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="alerts")
    opened_at = models.DateTimeField()
    problems = models.JSONField(default=list, help_text="[{code, message, severity, device}]")
    notified_at = models.DateTimeField(
        null=True, help_text="When people were told, at once or after a quiet time"
    )
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=12, choices=Resolution, blank=True)
    resolution_notified_at = models.DateTimeField(null=True)

    objects = LinkAlertQuerySet.as_manager()

    class Meta:
        verbose_name = "broken link"
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["link"], condition=Q(resolved_at__isnull=True), name="links_alert_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} since {self.opened_at:%-d %B %Y %H:%M}"

"""What following a link met, and the alerts when a live link breaks."""

from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField
from links.models.links import Link
from links.querysets import LinkAlertQuerySet, LinkCheckQuerySet


class LinkCheck(models.Model):
    """What one kind of device met when it followed a link to its end."""

    class Device(models.TextChoices):
        PHONE = "phone", "Phone"
        DESKTOP = "desktop", "Desktop"

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="checks")
    device = models.CharField(max_length=10, choices=Device)
    is_ok = models.BooleanField()
    checked_at = models.DateTimeField()
    final_url = models.TextField("last address", blank=True)
    final_status = models.PositiveSmallIntegerField(null=True)
    hops = models.JSONField(default=list, help_text="[{url, status, milliseconds}]")
    problems = models.JSONField(default=list, help_text="[{code, message, severity}]")

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at"]
        indexes = [
            models.Index(fields=["link", "device", "-checked_at"], name="links_check_latest")
        ]

    def __str__(self) -> str:
        return f"{self.link} as {self.get_device_display().lower()}"


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
        ordering = ["-opened_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["link"], condition=Q(resolved_at__isnull=True), name="links_alert_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} since {self.opened_at:%-d %B %Y %H:%M}"

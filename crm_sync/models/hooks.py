"""What a CRM told us of its own accord: the inbox of its webhook."""

from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField
from crm_sync.models.connections import Connection
from crm_sync.querysets import HookDeliveryQuerySet


class HookDelivery(models.Model):
    """One signed delivery, kept for a week. It names records; what they say is asked for."""

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="hook_deliveries")
    received_at = models.DateTimeField()
    body = models.BinaryField(help_text="As it came, byte for byte")
    next_attempt_at = models.DateTimeField(null=True, help_text="Empty: nothing left to do")
    attempts = models.PositiveSmallIntegerField(default=0)
    taken_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = HookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "hook deliveries"
        ordering = ["-received_at", "-id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="crm_sync_hook_due",
            ),
            models.Index(fields=["connection", "-received_at"], name="crm_sync_hook_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.connection.name}, {self.received_at:%Y-%m-%d %H:%M:%S}"

"""Addresses of other systems that are told what happens, and each message on its way to them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField


class WebhookEndpoint(models.Model):
    """An address that is told of some kinds of events."""

    id = PublicIdField()
    url = models.URLField(max_length=2000)
    description = models.CharField(max_length=120, blank=True)
    event_types = ArrayField(models.CharField(max_length=40), help_text="Such as tap.recorded")
    secret = models.TextField(editable=False, help_text="The signing key, encrypted")
    is_active = models.BooleanField(default=True)
    switched_off_reason = models.CharField(max_length=200, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.description or self.url


class WebhookDelivery(models.Model):
    """One message to one endpoint; its id is the message's `webhook-id`."""

    id = PublicIdField()
    endpoint = models.ForeignKey(WebhookEndpoint, models.CASCADE, related_name="deliveries")
    event_type = models.CharField(max_length=40)
    payload = models.JSONField()
    created_at = models.DateTimeField()
    attempt_count = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, help_text="Empty: delivered or given up")
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_problem = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="links_webhook_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.event_type} to {self.endpoint}"

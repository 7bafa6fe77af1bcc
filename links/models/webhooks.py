"""Addresses of other systems that are told what happens, and each message on its way to them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField
from links.querysets import WebhookDeliveryQuerySet, WebhookEndpointQuerySet


class WebhookEndpoint(models.Model):
    """An address that is told of some kinds of events."""

    id = PublicIdField()
    url = models.URLField("address", max_length=2000)
    description = models.CharField(max_length=120, blank=True)
    event_types = ArrayField(models.CharField(max_length=40), help_text="Such as tap.recorded")
    secret = models.TextField(editable=False, help_text="The signing key, encrypted")
    old_secret = models.TextField(
        blank=True, editable=False, help_text="The key before the last rotation, encrypted"
    )
    old_secret_until = models.DateTimeField(
        null=True, editable=False, help_text="Until then messages are signed with both keys"
    )
    is_active = models.BooleanField(default=True, editable=False)
    switched_off_at = models.DateTimeField(null=True, editable=False)
    switched_off_reason = models.CharField(max_length=200, blank=True, editable=False)
    notified_at = models.DateTimeField(
        null=True, editable=False, help_text="When people were told that it was switched off"
    )
    delivered_at = models.DateTimeField(
        null=True, editable=False, help_text="When it last took a message, to the minute"
    )
    failing_since = models.DateTimeField(
        null=True,
        editable=False,
        help_text="The first of the failures since it last took a message",
    )
    failure_count = models.PositiveSmallIntegerField(default=0, editable=False)
    paused_until = models.DateTimeField(
        null=True, editable=False, help_text="Nothing is sent before: it is in trouble"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = WebhookEndpointQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.description or self.url


class WebhookDelivery(models.Model):
    """One message to one endpoint; its id is the message's `webhook-id`.

    Whoever sends it first moves `next_attempt_at` to the end of a lease, so that it is due again
    if the sender dies.
    """

    id = PublicIdField()
    endpoint = models.ForeignKey(
        WebhookEndpoint, models.CASCADE, db_index=False, related_name="deliveries"
    )
    event_type = models.CharField(max_length=40)
    payload = models.JSONField(encoder=DjangoJSONEncoder)
    created_at = models.DateTimeField(db_index=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    attempted_at = models.DateTimeField(null=True)
    next_attempt_at = models.DateTimeField(null=True, help_text="Empty: delivered or given up")
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_answer = models.CharField(max_length=500, blank=True)
    last_problem = models.CharField(max_length=300, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ["-created_at"]
        indexes = [
            models.Index(
                fields=["endpoint", "next_attempt_at"],
                condition=Q(next_attempt_at__isnull=False),
                name="links_webhook_due",
            ),
            models.Index(fields=["endpoint", "-created_at"], name="links_webhook_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} to {self.endpoint}"

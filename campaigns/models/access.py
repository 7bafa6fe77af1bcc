"""Clients of the REST API: their keys, and the answers they may ask for again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaigns.public_ids import PublicIdField
from campaigns.querysets import ApiKeyQuerySet


class ApiKey(models.Model):
    """A client's key for the REST API. The key itself is shown once and never stored."""

    class Scope(models.TextChoices):
        READ = "read", "Read"
        WRITE = "write", "Write"
        EVENTS = "events", "Send events"

    id = PublicIdField()
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, unique=True, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    scopes = ArrayField(models.CharField(max_length=10, choices=Scope))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class IdempotentAnswer(models.Model):
    """The first answer given under an `Idempotency-Key`, to be repeated word for word."""

    id = PublicIdField()
    caller = models.CharField(max_length=64, help_text="The API key's or the user's id")
    key = models.CharField(max_length=255)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    answered_at = models.DateTimeField()

    class Meta:
        ordering = ["-answered_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["caller", "key"], name="campaigns_idempotent_answer_key_unique"
            ),
        ]
        indexes = [
            models.Index(fields=["caller", "answered_at"], name="campaigns_idempotent_old"),
        ]

    def __str__(self) -> str:
        return self.key

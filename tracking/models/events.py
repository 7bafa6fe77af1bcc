"""What people did, who tells it, which of it is a lead, and notes for whoever settles credit."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.db import models

from campaigns.models import Send
from campaigns.public_ids import PublicIdField
from tracking.models.people import Identity
from tracking.models.touches import Touchpoint


def new_write_key() -> str:
    """Return a public write key for a website's snippet."""
    return f"wk_{secrets.token_urlsafe(16)}"


class Goal(models.Model):
    """An event that counts as a lead: a form, a demo booking, a trial."""

    id = PublicIdField()
    name = models.CharField(max_length=80, unique=True)
    event_name = models.SlugField(max_length=80, unique=True)
    value_minor = models.BigIntegerField(
        null=True, blank=True, help_text="Worth in minor units where the event brings none"
    )
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Source(models.Model):
    """A website or a server that reports events to us."""

    id = PublicIdField()
    name = models.CharField(max_length=80, unique=True)
    write_key = models.CharField(max_length=40, unique=True, default=new_write_key, editable=False)
    hosts = ArrayField(
        models.CharField(max_length=255), default=list, blank=True, help_text="Allowed to report"
    )
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Event(models.Model):
    """Something a person did, told by the snippet or by a server."""

    id = PublicIdField()
    origin = models.CharField(
        max_length=40, help_text="The API key's or the source's id; event ids are unique within it"
    )
    event_id = models.CharField(max_length=120)
    name = models.SlugField(max_length=80)
    occurred_at = models.DateTimeField()
    received_at = models.DateTimeField()
    identity = models.ForeignKey(Identity, models.PROTECT, null=True, related_name="events")
    touchpoint = models.ForeignKey(Touchpoint, models.SET_NULL, null=True, related_name="events")
    goal = models.ForeignKey(Goal, models.PROTECT, null=True, related_name="+")
    send = models.ForeignKey(Send, models.SET_NULL, null=True, related_name="+")
    click_id = models.UUIDField(null=True, db_index=True)
    page_url = models.CharField(max_length=2000, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    utm = models.JSONField(default=dict)
    value_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    properties = models.JSONField(default=dict)

    class Meta:
        ordering = ["-occurred_at"]
        constraints = [
            models.UniqueConstraint(fields=["origin", "event_id"], name="tracking_event_id_unique"),
        ]
        indexes = [
            models.Index(fields=["identity", "occurred_at"], name="tracking_event_journey"),
            models.Index(fields=["name", "occurred_at"], name="tracking_event_name_time"),
        ]

    def __str__(self) -> str:
        return self.name


class PendingChange(models.Model):
    """A note that a person's or a deal's facts changed, until credit has been settled."""

    class Subject(models.TextChoices):
        PERSON = "person", "Person"
        DEAL = "deal", "Deal"

    id = PublicIdField()
    subject = models.CharField(max_length=10, choices=Subject)
    subject_id = models.UUIDField()
    cause = models.CharField(max_length=20)
    noted_at = models.DateTimeField()

    class Meta:
        ordering = ["noted_at", "id"]

    def __str__(self) -> str:
        return f"{self.subject} {self.cause}"

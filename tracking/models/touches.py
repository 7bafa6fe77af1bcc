"""What may earn credit, and the rules that name its channel."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from campaigns.models import Campaign, Channel, Message, Send
from campaigns.public_ids import PublicIdField
from links.models import Link
from tracking.models.people import Identity
from tracking.models.taps import Click
from tracking.querysets import ChannelRuleQuerySet, TouchpointQuerySet


class ChannelRule(models.Model):
    """One line of the ordered list that names a touch's channel. The first match wins."""

    id = PublicIdField()
    position = models.PositiveIntegerField(unique=True)
    name = models.CharField(max_length=80)
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    conditions = models.JSONField(
        help_text="All must hold: [{field, operator, values}]; see docs/channels.md", blank=True
    )
    is_active = models.BooleanField(default=True)
    is_shipped = models.BooleanField(default=False, editable=False)

    objects = ChannelRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name


class Touchpoint(models.Model):
    """One human marketing interaction, with everything that named its channel."""

    class Kind(models.TextChoices):
        TAP = "tap", "Tap on a short link"
        VISIT = "visit", "Visit"

    class Exclusion(models.TextChoices):
        NONE = "", "None"
        MACHINE = "machine", "Machine"
        STAFF = "staff", "Own staff"
        TEST = "test", "Test traffic"

    id = PublicIdField()
    identity = models.ForeignKey(
        Identity, models.PROTECT, null=True, related_name="touchpoints", db_index=False
    )
    kind = models.CharField(max_length=10, choices=Kind)
    occurred_at = models.DateTimeField()
    # No constraint: it stays when the tap's month is dropped, so that a late report from the
    # landing page still finds its touch. Read `click_id`; `click` may be gone.
    click = models.OneToOneField(
        Click, models.DO_NOTHING, null=True, related_name="touchpoint", db_constraint=False
    )
    link = models.ForeignKey(Link, models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")
    send = models.ForeignKey(Send, models.PROTECT, null=True, related_name="+", db_index=False)
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="+")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    channel_rule = models.ForeignKey(
        ChannelRule, models.SET_NULL, null=True, related_name="+", help_text="Empty: our own link"
    )
    rule_set_version = models.CharField(max_length=16)
    utm_source = models.CharField(max_length=100, blank=True)
    utm_medium = models.CharField(max_length=100, blank=True)
    utm_campaign = models.CharField(max_length=200, blank=True)
    utm_content = models.CharField(max_length=200, blank=True)
    utm_term = models.CharField(max_length=200, blank=True)
    page_url = models.CharField(max_length=2000, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    click_ids = models.JSONField(default=dict, help_text="gclid, fbclid, … as they came")
    evidence_grade = models.PositiveSmallIntegerField(
        default=2, help_text="0 confirmed, 1 likely, 2 unknown: lower is stronger"
    )
    source_priority = models.PositiveSmallIntegerField(default=0)
    exclusion = models.CharField(
        max_length=10, choices=Exclusion, default=Exclusion.NONE, blank=True
    )

    objects = TouchpointQuerySet.as_manager()

    class Meta:
        verbose_name = "touch"
        verbose_name_plural = "touches"
        ordering = ["occurred_at", "evidence_grade", "source_priority", "id"]
        indexes = [
            models.Index(fields=["identity", "occurred_at"], name="tracking_touch_journey"),
            models.Index(fields=["send", "occurred_at"], name="tracking_touch_send_time"),
            BrinIndex(fields=["occurred_at"], name="tracking_touch_time"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.channel}"

"""Campaigns, their sends, the messages of a send, and numbers that must not be texted."""

from django.conf import settings
from django.core.validators import MaxValueValidator, URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from campaigns.models.naming import Channel, NamingConvention
from campaigns.public_ids import PublicIdField
from campaigns.querysets import SendQuerySet

UTM_VALUE_PATTERN = r"^[a-z0-9]+([-_.][a-z0-9]+)*$"
"""Lower-case letters and digits in groups; what SQL can say of a convention."""

MOST_HELD_OUT = 50
"""Per cent: beyond that a send would reach fewer people than it leaves out."""


def planned_recipients(audience_size: int, holdout_percent: int) -> int:
    """Return how many of a planned audience get a text."""
    return audience_size - audience_size * holdout_percent // 100


class Campaign(models.Model):
    """A purpose that one or more sends serve."""

    id = PublicIdField()
    name = models.CharField(max_length=120, unique=True)
    description = models.TextField(blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
                name="campaigns_campaign_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Send(models.Model):
    """One dated message going to one audience, known everywhere by its `utm_campaign`."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        READY = "ready", "Ready"
        LIVE = "live", "Live"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    id = PublicIdField()
    campaign = models.ForeignKey(Campaign, models.PROTECT, related_name="sends")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    convention = models.ForeignKey(
        NamingConvention,
        models.PROTECT,
        related_name="+",
        editable=False,
        help_text="The version the UTM values were checked against",
    )
    name = models.CharField(max_length=120)
    audience = models.CharField(max_length=120, blank=True, help_text="Who receives it")
    audience_size = models.PositiveIntegerField(default=0, help_text="Planned recipients")
    holdout_percent = models.PositiveSmallIntegerField(
        "holdout",
        default=0,
        validators=[MaxValueValidator(MOST_HELD_OUT)],
        help_text="Per cent of the audience that gets nothing, to measure what the send changed",
    )
    scheduled_at = models.DateTimeField(null=True, blank=True)
    time_zone = models.CharField(
        max_length=63, blank=True, help_text="Of the recipients, such as America/New_York"
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT, editable=False)
    destination_url = models.URLField(
        "landing page", max_length=2000, validators=[URLValidator(schemes=["http", "https"])]
    )
    utm_source = models.CharField(max_length=50, default="sms")
    utm_medium = models.CharField(max_length=50, default="text")
    utm_campaign = models.CharField(max_length=100)
    utm_term = models.CharField(max_length=100, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    cloned_from = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    planned_cost_minor = models.BigIntegerField(
        null=True, editable=False, help_text="What it was expected to cost when it went live"
    )
    planned_cost_currency = models.CharField(max_length=3, blank=True, editable=False)
    live_at = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords()
    objects = SendQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        permissions = [("approve_send", "Can approve another person's send")]
        constraints = [
            models.UniqueConstraint(
                Lower("utm_campaign"),
                name="campaigns_send_utm_campaign_unique",
                violation_error_message="Another send already has this utm_campaign.",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{field}__regex": UTM_VALUE_PATTERN}),
                    name=f"campaigns_send_{field}_hyphenated",
                )
                for field in ("utm_source", "utm_medium", "utm_campaign")
            ),
            models.CheckConstraint(
                condition=Q(holdout_percent__lte=MOST_HELD_OUT),
                name="campaigns_send_holdout_up_to_half",
            ),
            models.CheckConstraint(
                condition=Q(utm_term="") | Q(utm_term__regex=UTM_VALUE_PATTERN),
                name="campaigns_send_utm_term_hyphenated",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def planned_recipients(self) -> int:
        """How many are to get a text: the planned audience without the holdout."""
        return planned_recipients(self.audience_size, self.holdout_percent)


class Message(models.Model):
    """One version (A, B, …) of a send's text. `{link}` marks where the short link goes."""

    id = PublicIdField()
    send = models.ForeignKey(Send, models.CASCADE, related_name="messages")
    body = models.TextField(max_length=1600)
    utm_content = models.CharField(max_length=100, blank=True)
    share = models.PositiveSmallIntegerField(default=100, help_text="Per cent of the recipients")
    destination_url = models.URLField(
        "landing page of this version",
        max_length=2000,
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text="Only where it differs from the send's",
    )
    replaces = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    retired_at = models.DateTimeField(
        null=True, editable=False, help_text="From then on nobody else gets this version"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["send", "utm_content"]
        constraints = [
            # Deferred, so that two versions can swap their names in one transaction.
            models.UniqueConstraint(
                fields=["send", "utm_content"],
                name="campaigns_message_content_unique",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(share__gte=1, share__lte=100), name="campaigns_message_share_percent"
            ),
            models.CheckConstraint(
                condition=Q(utm_content="") | Q(utm_content__regex=UTM_VALUE_PATTERN),
                name="campaigns_message_utm_content_hyphenated",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.send.name} ({self.utm_content or 'only version'})"


class Suppression(models.Model):
    """A number that must not be texted. Only its keyed hash is kept."""

    id = PublicIdField()
    phone_hash = models.CharField(max_length=64, unique=True)
    phone_masked = models.CharField(max_length=24)
    reason = models.CharField(max_length=60, default="opted out")
    send = models.ForeignKey(Send, models.SET_NULL, null=True, blank=True, related_name="+")
    suppressed_at = models.DateTimeField()

    class Meta:
        verbose_name = "opt-out"
        ordering = ["-suppressed_at"]
        permissions = [("view_personal_data", "Can see phone numbers and e-mail addresses")]

    def __str__(self) -> str:
        return self.phone_masked

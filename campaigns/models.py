"""What a team plans to say: channels, naming conventions, campaigns, sends and their cost."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import URLValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from simple_history.models import HistoricalRecords

from campaigns.public_ids import PublicIdField
from campaigns.querysets import (
    ApiKeyQuerySet,
    NamingConventionQuerySet,
    SendQuerySet,
)

UTM_VALUE_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""Lower-case letters and digits in hyphenated groups; what SQL can say of a convention."""


def new_share_token() -> str:
    """Return the unguessable part of a published convention's address."""
    return secrets.token_urlsafe(16)


class Channel(models.Model):
    """A way to reach people, under which touches, spend and credit are compared."""

    id = PublicIdField()
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=60, unique=True)
    is_paid = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)
    color = models.CharField(max_length=7, default="#64748b", help_text="In charts, as #rrggbb")

    class Meta:
        ordering = ["position", "name"]

    def __str__(self) -> str:
        return self.name


class NamingConvention(models.Model):
    """One version of the rules for a channel's UTM values. Published versions never change."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        RETIRED = "retired", "Retired"

    id = PublicIdField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="conventions")
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    token = models.CharField(max_length=32, unique=True, default=new_share_token, editable=False)
    sources = ArrayField(models.CharField(max_length=50), help_text="Approved utm_source values")
    mediums = ArrayField(models.CharField(max_length=50), help_text="Approved utm_medium values")
    campaign_max_length = models.PositiveSmallIntegerField(default=60)
    reserved_words = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    content_prefix = models.CharField(
        max_length=30, default="version", help_text="utm_content is this word, a hyphen, a letter"
    )
    term_max_length = models.PositiveSmallIntegerField(default=50)
    published_at = models.DateTimeField(null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    history = HistoricalRecords()
    objects = NamingConventionQuerySet.as_manager()

    class Meta:
        ordering = ["channel", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "version"], name="campaigns_convention_version_unique"
            ),
            models.UniqueConstraint(
                fields=["channel"],
                condition=Q(status="published"),
                name="campaigns_convention_one_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel.name} convention, version {self.version}"


class ConventionToken(models.Model):
    """One part of a campaign name, in order: `{goal}-{audience}-{period}`."""

    class Kind(models.TextChoices):
        VOCABULARY = "vocabulary", "One of a list of words"
        SLUG = "slug", "Free words"
        PERIOD = "period", "Period: june, q2, 2026-06"
        NUMBER = "number", "Number"

    id = PublicIdField()
    convention = models.ForeignKey(NamingConvention, models.CASCADE, related_name="tokens")
    position = models.PositiveSmallIntegerField()
    name = models.SlugField(max_length=30)
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.SLUG)
    words = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    is_required = models.BooleanField(default=True)
    example = models.CharField(max_length=60, blank=True)

    history = HistoricalRecords()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["convention", "position"], name="campaigns_token_position_unique"
            ),
            models.UniqueConstraint(
                fields=["convention", "name"], name="campaigns_token_name_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{{{self.name}}}"


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
    scheduled_at = models.DateTimeField(null=True, blank=True)
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
    live_at = models.DateTimeField(null=True, editable=False)
    done_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords()
    objects = SendQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
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
                condition=Q(utm_term="") | Q(utm_term__regex=UTM_VALUE_PATTERN),
                name="campaigns_send_utm_term_hyphenated",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Message(models.Model):
    """One version (A, B, …) of a send's text. `{link}` marks where the short link goes."""

    id = PublicIdField()
    send = models.ForeignKey(Send, models.CASCADE, related_name="messages")
    body = models.TextField(max_length=1600)
    utm_content = models.CharField(max_length=100, blank=True)
    share = models.PositiveSmallIntegerField(default=100, help_text="Per cent of the recipients")
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


class Spend(models.Model):
    """What a day of a campaign cost on one platform. Credit notes are negative."""

    id = PublicIdField()
    platform = models.SlugField(max_length=40, help_text="twilio, google_ads, meta, linkedin, …")
    external_id = models.CharField(max_length=120, help_text="The platform's own campaign id")
    date = models.DateField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="+")
    send = models.ForeignKey(Send, models.PROTECT, null=True, blank=True, related_name="+")
    amount_minor = models.BigIntegerField(help_text="In minor units: cents for USD")
    currency = models.CharField(max_length=3)
    description = models.CharField(max_length=200, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    history = HistoricalRecords()

    class Meta:
        verbose_name_plural = "spend"
        ordering = ["-date", "platform"]
        constraints = [
            models.UniqueConstraint(
                fields=["platform", "external_id", "date"], name="campaigns_spend_natural_key"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="campaigns_spend_currency_code"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.platform} {self.external_id}, {self.date}"


class ExchangeRate(models.Model):
    """What one unit of a currency was worth in the reporting currency on a day."""

    id = PublicIdField()
    currency = models.CharField(max_length=3)
    date = models.DateField()
    rate = models.DecimalField(
        max_digits=20, decimal_places=10, help_text="Reporting currency per unit"
    )

    class Meta:
        ordering = ["-date", "currency"]
        constraints = [
            models.UniqueConstraint(fields=["currency", "date"], name="campaigns_rate_day_unique"),
            models.CheckConstraint(condition=Q(rate__gt=0), name="campaigns_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} on {self.date}: {self.rate}"


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

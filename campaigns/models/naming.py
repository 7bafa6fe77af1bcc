"""Channels, and the versioned rules for their UTM values."""

import secrets

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from simple_history.models import HistoricalRecords

from campaigns.public_ids import PublicIdField
from campaigns.querysets import NamingConventionQuerySet


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

    class Separator(models.TextChoices):
        HYPHEN = "-", "Hyphen: trial-june"
        UNDERSCORE = "_", "Underscore: trial_june"
        DOT = ".", "Dot: trial.june"

    class Numbering(models.TextChoices):
        LETTER = "letter", "Letters: version-a"
        NUMBER = "number", "Numbers: version-1"

    id = PublicIdField()
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="conventions")
    version = models.PositiveIntegerField(default=1)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    token = models.CharField(max_length=32, unique=True, default=new_share_token, editable=False)
    sources = ArrayField(models.CharField(max_length=50), help_text="Approved utm_source values")
    mediums = ArrayField(models.CharField(max_length=50), help_text="Approved utm_medium values")
    separator = models.CharField(
        max_length=1,
        choices=Separator,
        default=Separator.HYPHEN,
        help_text="Between the parts of a campaign name; words inside a part keep hyphens",
    )
    campaign_max_length = models.PositiveSmallIntegerField(default=60)
    reserved_words = ArrayField(models.CharField(max_length=50), default=list, blank=True)
    content_prefix = models.CharField(
        max_length=30,
        default="version",
        help_text="utm_content is this word and a letter or number",
    )
    content_numbering = models.CharField(max_length=6, choices=Numbering, default=Numbering.LETTER)
    term_max_length = models.PositiveSmallIntegerField(default=50)
    term_words = ArrayField(
        models.CharField(max_length=50),
        default=list,
        blank=True,
        help_text="Approved utm_term values; none means free words",
    )
    requires_term = models.BooleanField(default=False, help_text="Every send names a utm_term")
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
    words = ArrayField(
        models.CharField(max_length=50),
        default=list,
        blank=True,
        help_text="The vocabulary, or the forms a period may have",
    )
    max_length = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Longest text of this part"
    )
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

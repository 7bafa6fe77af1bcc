"""Short links, and the tombstones of removed ones."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q

from campaigns.models import Message, Send
from campaigns.public_ids import PublicIdField
from links.destinations import UTM_KEYS
from links.models.domains import Domain
from links.querysets import LinkQuerySet


class Link(models.Model):
    """A short code on a domain that leads to one destination with fixed UTM values."""

    class Status(models.TextChoices):
        ACTIVE = "active", "Active"
        RETIRED = "retired", "Retired"

    id = PublicIdField()
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="links")
    code = models.CharField(max_length=64, blank=True)
    title = models.CharField(max_length=120, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    send = models.ForeignKey(Send, models.RESTRICT, null=True, blank=True, related_name="+")
    message = models.ForeignKey(Message, models.CASCADE, null=True, blank=True, related_name="+")
    destination_url = models.URLField("destination", max_length=2000)
    utm_source = models.CharField("UTM source", max_length=50, blank=True)
    utm_medium = models.CharField("UTM medium", max_length=50, blank=True)
    utm_campaign = models.CharField("UTM campaign", max_length=100, blank=True)
    utm_content = models.CharField("UTM content", max_length=100, blank=True)
    utm_term = models.CharField("UTM term", max_length=100, blank=True)
    passes_query = models.BooleanField("pass on the visitor's parameters", default=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    fallback_url = models.URLField(
        "fallback", max_length=2000, blank=True, help_text="Where it leads after it expires"
    )
    tap_limit = models.PositiveIntegerField(
        null=True, blank=True, help_text="People's taps after which it leads to its fallback"
    )
    limit_reached_at = models.DateTimeField(null=True, editable=False)
    targets = models.JSONField(
        default=list,
        blank=True,
        help_text="[{devices, countries, destination_url}]: the first that fits the visitor wins",
    )
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    archived_at = models.DateTimeField(
        null=True, editable=False, help_text="Hidden from lists; it goes on working"
    )
    imported_from = models.CharField(max_length=20, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    objects = LinkQuerySet.as_manager()

    class Meta:
        verbose_name = "short link"
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(fields=["domain", "code"], name="links_link_code_unique"),
            models.UniqueConstraint(
                fields=["message"],
                condition=Q(message__isnull=False),
                name="links_link_one_per_message",
            ),
            models.CheckConstraint(condition=~Q(code=""), name="links_link_code_not_empty"),
            models.CheckConstraint(
                condition=Q(tap_limit__isnull=True) | Q(tap_limit__gte=1),
                name="links_link_tap_limit_positive",
            ),
        ]
        indexes = [GinIndex(fields=["tags"], name="links_link_tags")]

    def __str__(self) -> str:
        return f"{self.domain.host}/{self.code}"

    @property
    def short_url(self) -> str:
        """The address that goes into a message. Costs a query unless `domain` is loaded."""
        return f"{self.domain.scheme}://{self.domain.host}/{self.code}"

    @property
    def utm(self) -> dict[str, str]:
        """The five UTM values by name; empty where the link sets none."""
        return {key: getattr(self, key) for key in UTM_KEYS}


class RemovedLink(models.Model):
    """A tombstone, written by a trigger, by which every redirector forgets a removed link.

    Also written when a link's code or domain changes. Kept for a day.
    """

    id = PublicIdField()
    link_id = models.UUIDField()
    domain_id = models.UUIDField()
    code = models.CharField(max_length=64)
    removed_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-removed_at"]

    def __str__(self) -> str:
        return self.code

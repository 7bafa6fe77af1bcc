"""How a message reaches us: branded domains, short links and the proof that they work."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from campaigns.models import Message, Send
from campaigns.public_ids import PublicIdField
from links.destinations import UTM_KEYS
from links.querysets import LinkCheckQuerySet, LinkQuerySet, RecipientLinkQuerySet


class Domain(models.Model):
    """A branded host name that serves short links."""

    id = PublicIdField()
    host = models.CharField(
        max_length=255, unique=True, help_text="Lower case, with the port unless it is 80 or 443"
    )
    scheme = models.CharField(
        max_length=5, default="https", choices=[("https", "https"), ("http", "http")]
    )
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    root_url = models.URLField(max_length=2000, blank=True, help_text="Where the bare host leads")
    fallback_url = models.URLField(
        max_length=2000, blank=True, help_text="Where unknown and expired codes lead"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    class Meta:
        ordering = ["-is_default", "host"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="links_domain_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.host


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
        ]

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


class RecipientLink(models.Model):
    """One recipient's own form of a link: the link's code and six characters more."""

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="recipients")
    suffix = models.CharField(max_length=6)
    phone = models.CharField(max_length=16, blank=True, help_text="E.164; empty once erased")
    phone_hash = models.CharField(max_length=64)
    email = models.EmailField(blank=True)
    external_id = models.CharField(max_length=120, blank=True, help_text="The CRM contact's id")
    name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RecipientLinkQuerySet.as_manager()

    class Meta:
        ordering = ["link", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "suffix"], name="links_recipient_suffix_unique"
            ),
            models.UniqueConstraint(
                fields=["link", "phone_hash"], name="links_recipient_phone_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link.code}{self.suffix}"

    @property
    def short_url(self) -> str:
        """This recipient's own address. Costs queries unless `link.domain` is loaded."""
        return f"{self.link.short_url}{self.suffix}"


class LinkCheck(models.Model):
    """What one kind of device met when it followed a link to its end."""

    class Device(models.TextChoices):
        PHONE = "phone", "Phone"
        DESKTOP = "desktop", "Desktop"

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="checks")
    device = models.CharField(max_length=10, choices=Device)
    is_ok = models.BooleanField()
    checked_at = models.DateTimeField()
    final_url = models.TextField("last address", blank=True)
    final_status = models.PositiveSmallIntegerField(null=True)
    hops = models.JSONField(default=list, help_text="[{url, status, milliseconds}]")
    problems = models.JSONField(default=list, help_text="[{code, message, severity}]")

    objects = LinkCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-checked_at"]
        indexes = [
            models.Index(fields=["link", "device", "-checked_at"], name="links_check_latest")
        ]

    def __str__(self) -> str:
        return f"{self.link} as {self.get_device_display().lower()}"


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

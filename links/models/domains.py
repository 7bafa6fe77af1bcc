"""Branded hosts that serve short links, and the proof that they are ours and answer."""

import secrets

from django.db import models
from django.db.models import Q

from campaigns.models import Campaign
from campaigns.public_ids import PublicIdField
from links.querysets import DomainQuerySet


def new_verification_token() -> str:
    """Return the text that a domain's TXT record must hold."""
    return secrets.token_urlsafe(18)


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
    icon_url = models.URLField(
        "icon", max_length=2000, blank=True, help_text="Where /favicon.ico leads"
    )
    robots_txt = models.TextField(
        "robots.txt",
        max_length=4000,
        blank=True,
        help_text="Empty: pages may be fetched, not listed",
    )
    well_known = models.JSONField(
        "files under /.well-known/", default=dict, blank=True, help_text="{file name: content}"
    )
    verification_token = models.CharField(
        max_length=32, default=new_verification_token, editable=False
    )
    verified_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True, db_index=True)

    objects = DomainQuerySet.as_manager()

    class Meta:
        ordering = ["-is_default", "host"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=Q(is_default=True), name="links_domain_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.host


class DomainCheck(models.Model):
    """What a look at a domain found: its DNS, its answer, its certificate."""

    id = PublicIdField()
    domain = models.ForeignKey(Domain, models.CASCADE, related_name="checks")
    checked_at = models.DateTimeField()
    has_record = models.BooleanField(help_text="The TXT record holds the domain's token")
    is_serving = models.BooleanField(help_text="This installation answers under the host")
    certificate_ends_at = models.DateTimeField(null=True)
    problems = models.JSONField(default=list, help_text="[{code, message, severity}]")

    class Meta:
        ordering = ["-checked_at"]
        indexes = [models.Index(fields=["domain", "-checked_at"], name="links_domain_check_latest")]

    def __str__(self) -> str:
        return f"{self.domain} at {self.checked_at:%-d %B %Y %H:%M}"


class CampaignDomain(models.Model):
    """The domain that a campaign's new short links go to, where it is not the default one."""

    id = PublicIdField()
    campaign = models.OneToOneField(Campaign, models.CASCADE, related_name="+")
    domain = models.ForeignKey(Domain, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["campaign"]

    def __str__(self) -> str:
        return f"{self.campaign} on {self.domain}"

"""Who is no customer: own staff and test traffic, whose touches earn nothing."""

from django.db import models
from django.db.models import F, Q

from campaigns.public_ids import PublicIdField


class TrafficExclusion(models.Model):
    """One mark by which a person or a tap is known to be our own."""

    class Kind(models.TextChoices):
        EMAIL = "email", "E-mail address"
        EMAIL_DOMAIN = "email_domain", "E-mail domain"
        PHONE = "phone", "Phone number"
        VISITOR = "visitor", "Browser (visitor id)"
        ADDRESS = "address", "Network address (IP)"

    class Reason(models.TextChoices):
        STAFF = "staff", "Own staff"
        TEST = "test", "Test traffic"

    id = PublicIdField()
    kind = models.CharField("what it is", max_length=12, choices=Kind)
    value = models.CharField(
        max_length=320,
        help_text="Such as ann@acme.com, acme.com or +4915112345678. "
        "An IP address is kept as its keyed hash, as taps keep it.",
    )
    reason = models.CharField(max_length=10, choices=Reason, default=Reason.STAFF)
    note = models.CharField(max_length=120, blank=True, help_text="Whose it is, for colleagues")
    starts_at = models.DateTimeField("from", null=True, blank=True, help_text="Empty: always")
    ends_at = models.DateTimeField("until", null=True, blank=True, help_text="Empty: for ever")
    created_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["kind", "value"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="tracking_exclusion_unique"),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True)
                | Q(starts_at__isnull=True)
                | Q(ends_at__gt=F("starts_at")),
                name="tracking_exclusion_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.shown_value}"

    @property
    def shown_value(self) -> str:
        """Return the value; of a hashed address its first digits."""
        return f"{self.value[:8]}…" if self.kind == self.Kind.ADDRESS else self.value

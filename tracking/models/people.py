"""People, the identities by which they are known, and the evidence that ties these."""

from django.db import models
from django.db.models import F, Func, Q, Value

from campaigns.models import Campaign, Channel, Send
from campaigns.public_ids import PublicIdField
from tracking.querysets import IdentityEdgeQuerySet, PersonQuerySet


class Person(models.Model):
    """A connected component of identities, with the origin of the lead in fields of its own."""

    id = PublicIdField()
    created_at = models.DateTimeField()
    originated_at = models.DateTimeField(null=True, help_text="The earliest eligible touch")
    original_channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    original_campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="+")
    original_send = models.ForeignKey(Send, models.PROTECT, null=True, related_name="+")
    original_utm_source = models.CharField(max_length=100, blank=True)
    original_utm_medium = models.CharField(max_length=100, blank=True)
    original_utm_campaign = models.CharField(max_length=200, blank=True)
    original_utm_content = models.CharField(max_length=200, blank=True)
    original_utm_term = models.CharField(max_length=200, blank=True)
    erased_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey(
        "self",
        models.SET_NULL,
        null=True,
        related_name="+",
        help_text="Who took over the identities; set where none is left",
    )

    shown_as = ""
    """What a page calls the person; set by pages that know who looks."""

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "people"
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.shown_as or f"Person seen since {self.created_at:%-d %B %Y}"


class Identity(models.Model):
    """One way by which a person is known. Facts point here; the person may change."""

    class Kind(models.TextChoices):
        RECIPIENT = "recipient", "Recipient link"
        CLICK = "click", "Click id"
        VISITOR = "visitor", "Browser"
        EMAIL = "email", "E-mail address"
        PHONE = "phone", "Phone number"
        CRM = "crm", "CRM contact"

    id = PublicIdField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="identities")
    kind = models.CharField(max_length=10, choices=Kind)
    value = models.CharField(
        max_length=320,
        help_text="Normalised: lower-case e-mail, E.164 phone, connection:id for the CRM",
    )
    is_frozen = models.BooleanField(default=False, help_text="A shared device: joins nobody")
    first_seen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "identities"
        ordering = ["first_seen_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], name="tracking_identity_unique"),
        ]
        indexes = [
            models.Index(
                Func(F("value"), Value("@"), Value(2), function="split_part"),
                condition=Q(kind="email"),
                name="tracking_identity_domain",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.value}"


class IdentityEdge(models.Model):
    """The evidence that two identities are one person. Revoked, never deleted."""

    class Kind(models.TextChoices):
        RECIPIENT_LINK = "recipient_link", "Recipient link"
        CLICK_ID = "click_id", "Carried our click id"
        FORM_POST = "form_post", "Form post"
        EVENT = "event", "Server-side event"
        CRM_CONTACT = "crm_contact", "CRM contact"

    id = PublicIdField()
    a = models.ForeignKey(Identity, models.PROTECT, related_name="edges_from")
    b = models.ForeignKey(Identity, models.PROTECT, related_name="edges_to")
    kind = models.CharField(max_length=20, choices=Kind)
    evidence = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_reason = models.CharField(max_length=200, blank=True)

    objects = IdentityEdgeQuerySet.as_manager()

    class Meta:
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["a", "b"],
                condition=Q(revoked_at__isnull=True),
                name="tracking_edge_one_live",
            ),
            models.CheckConstraint(condition=~Q(a=F("b")), name="tracking_edge_two_ends"),
        ]

    def __str__(self) -> str:
        return f"{self.a} – {self.b}"

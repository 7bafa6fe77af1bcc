"""Who came and what they did: taps, touches, events, and the people behind them."""

import secrets

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from campaigns.models import Campaign, Channel, Message, Send
from campaigns.public_ids import PublicIdField
from links.models import Link, RecipientLink
from tracking.querysets import (
    ChannelRuleQuerySet,
    ClickQuerySet,
    IdentityEdgeQuerySet,
    PersonQuerySet,
    TouchpointQuerySet,
)


def new_write_key() -> str:
    """Return a public write key for a website's snippet."""
    return f"wk_{secrets.token_urlsafe(16)}"


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


class Click(models.Model):
    """One hit on a short domain, whoever made it, as the journal tells it."""

    class Grade(models.TextChoices):
        CONFIRMED = "confirmed", "Confirmed"
        LIKELY = "likely", "Likely"
        UNKNOWN = "unknown", "Unknown"
        MACHINE = "machine", "Machine"

    class Answer(models.TextChoices):
        REDIRECTED = "redirected", "Redirected"
        UNKNOWN_CODE = "unknown_code", "Unknown code"
        UNKNOWN_HOST = "unknown_host", "Unknown host"
        NOT_STARTED = "not_started", "Not started yet"
        EXPIRED = "expired", "Expired"
        RETIRED = "retired", "Retired"

    id = PublicIdField(help_text="The click id that travels as `tr`")
    occurred_at = models.DateTimeField()
    answer = models.CharField(max_length=14, choices=Answer, default=Answer.REDIRECTED)
    link = models.ForeignKey(Link, models.PROTECT, null=True, related_name="+")
    recipient = models.ForeignKey(RecipientLink, models.SET_NULL, null=True, related_name="+")
    host = models.CharField(max_length=255)
    path = models.CharField(max_length=500)
    query = models.CharField(max_length=2000, blank=True)
    method = models.CharField(max_length=8)
    address_hash = models.CharField(max_length=32, blank=True)
    user_agent = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    grade = models.CharField(max_length=10, choices=Grade)
    reason = models.CharField(max_length=40)

    objects = ClickQuerySet.as_manager()

    class Meta:
        verbose_name = "tap"
        ordering = ["-occurred_at"]
        indexes = [
            models.Index(fields=["link", "occurred_at"], name="tracking_click_link_time"),
            BrinIndex(fields=["occurred_at"], name="tracking_click_time"),
        ]

    def __str__(self) -> str:
        return f"{self.host}{self.path}"


class ClickTotal(models.Model):
    """Running counts of a link's taps by day (UTC), so that no report counts clicks."""

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="+")
    date = models.DateField()
    human_count = models.PositiveIntegerField(default=0)
    machine_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["-date"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "date"], name="tracking_click_total_day_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link} on {self.date}"


class JournalCursor(models.Model):
    """How far a click journal file has been read. Moves in the clicks' own transaction."""

    id = PublicIdField()
    file = models.CharField(max_length=255, unique=True)
    position = models.PositiveBigIntegerField(default=0, help_text="Bytes read")
    rejected_count = models.PositiveIntegerField(default=0)
    read_at = models.DateTimeField()

    class Meta:
        ordering = ["file"]

    def __str__(self) -> str:
        return self.file


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
    identity = models.ForeignKey(Identity, models.PROTECT, null=True, related_name="touchpoints")
    kind = models.CharField(max_length=10, choices=Kind)
    occurred_at = models.DateTimeField()
    click = models.OneToOneField(Click, models.SET_NULL, null=True, related_name="touchpoint")
    link = models.ForeignKey(Link, models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")
    send = models.ForeignKey(Send, models.PROTECT, null=True, related_name="+")
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

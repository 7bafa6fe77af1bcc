"""What it was worth: outcomes, the rules that divide them, and the append-only ledger."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from attribution.querysets import CreditRuleQuerySet, FindingQuerySet
from campaigns.models import Campaign, Channel, Message, Send
from campaigns.money import display_amount
from campaigns.public_ids import PublicIdField
from crm_sync.models import Deal
from links.models import Link
from tracking.models import Event, Person, Touchpoint


class CreditRule(models.Model):
    """One version of a way to divide credit. Editing a rule makes a new version."""

    class Kind(models.TextChoices):
        FIRST = "first", "First touch"
        LAST = "last", "Last touch"
        LAST_NON_DIRECT = "last_non_direct", "Last non-direct touch"
        LINEAR = "linear", "Linear"
        TIME_DECAY = "time_decay", "Time decay"
        POSITION = "position", "Position-based"
        U_LEAD = "u_lead", "U-shaped with lead creation"
        U_EVEN = "u_even", "U-shaped, first and lead creation only"
        W = "w", "W-shaped"
        FULL_PATH = "full_path", "Full path"
        J_SHAPED = "j_shaped", "J-shaped"
        INVERSE_J = "inverse_j", "Inverse J-shaped"
        CUSTOM = "custom", "Custom weights"

    class ContactMode(models.TextChoices):
        ROLES = "roles", "Contacts of the deal"
        ROLES_ELSE_COMPANY = "roles_else_company", "Contacts of the deal, else of the company"
        COMPANY = "company", "All contacts of the company"
        PRIMARY = "primary", "Primary contact"

    id = PublicIdField()
    slug = models.SlugField(max_length=40)
    version = models.PositiveIntegerField(default=1)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=20, choices=Kind)
    parameters = models.JSONField(
        default=dict,
        blank=True,
        help_text="half_life_days, keeps_direct, or custom weights; see docs/attribution.md",
    )
    lookback_days = models.PositiveIntegerField(
        null=True, blank=True, default=90, help_text="Empty: lifetime"
    )
    contact_mode = models.CharField(
        max_length=20, choices=ContactMode, default=ContactMode.ROLES_ELSE_COMPANY
    )
    is_default = models.BooleanField(default=False, help_text="The rule reports open with")
    position = models.PositiveSmallIntegerField(default=100)
    created_at = models.DateTimeField(auto_now_add=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = CreditRuleQuerySet.as_manager()

    class Meta:
        ordering = ["position", "slug", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["slug", "version"], name="attribution_rule_version_unique"
            ),
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(retired_at__isnull=True),
                name="attribution_rule_one_active",
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True, retired_at__isnull=True),
                name="attribution_rule_one_default",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.version})"


class Outcome(models.Model):
    """A thing that credit is divided for, with its time and its amount."""

    class Kind(models.TextChoices):
        LEAD = "lead", "Lead"
        OPPORTUNITY = "opportunity", "Opportunity"
        WIN = "win", "Win"

    class Exclusion(models.TextChoices):
        NONE = "", "None"
        NO_AMOUNT = "no_amount", "No amount in the CRM"
        NO_DATE = "no_date", "No date in the CRM"
        NO_RATE = "no_rate", "No exchange rate"
        TOO_LARGE = "too_large", "Amount too large to divide exactly"
        WITHDRAWN = "withdrawn", "Deleted, reopened or taken back"

    id = PublicIdField()
    kind = models.CharField(max_length=12, choices=Kind)
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, related_name="+")
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    occurred_at = models.DateTimeField(null=True, help_text="Empty: excluded, no_date")
    source_amount_minor = models.BigIntegerField(null=True, help_text="As the source says")
    source_currency = models.CharField(max_length=3)
    rate = models.DecimalField(max_digits=20, decimal_places=10, null=True)
    amount_minor = models.BigIntegerField(
        default=0, help_text="In the reporting currency; 0 where it is not known"
    )
    exclusion = models.CharField(
        max_length=10, choices=Exclusion, default=Exclusion.NONE, blank=True
    )
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-occurred_at"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "deal"], name="attribution_outcome_deal"),
            models.UniqueConstraint(fields=["kind", "event"], name="attribution_outcome_event"),
            models.CheckConstraint(
                condition=Q(deal__isnull=False) ^ Q(event__isnull=False),
                name="attribution_outcome_one_fact",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "occurred_at"], name="attribution_outcome_time"),
            models.Index(fields=["person"], name="attribution_outcome_person"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.deal or self.event}"


class CreditBatch(models.Model):
    """One posting: its cause, and the hash that chains it to the batch before."""

    class Cause(models.TextChoices):
        NEW_OUTCOME = "new_outcome", "New outcome"
        DEAL_CHANGED = "deal_changed", "Deal changed"
        LATE_TOUCH = "late_touch", "Late touch"
        IDENTITY = "identity", "Identity"
        CHANNEL_RULES = "channel_rules", "Channel rules"
        CREDIT_RULES = "credit_rules", "Credit rules"
        EXCLUSION = "exclusion", "Exclusion"
        REFUND = "refund", "Refund"
        RATE = "rate", "Exchange rate"
        REBUILD = "rebuild", "Rebuild"

    id = PublicIdField()
    number = models.PositiveBigIntegerField(unique=True)
    cause = models.CharField(max_length=16, choices=Cause)
    posted_at = models.DateTimeField()
    entry_count = models.PositiveIntegerField()
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, help_text="SHA-256 over its entries and previous_hash")

    class Meta:
        verbose_name_plural = "credit batches"
        ordering = ["-number"]

    def __str__(self) -> str:
        return f"Batch {self.number}: {self.get_cause_display().lower()}"


class Bucket(models.TextChoices):
    """Where an amount stands in the statement."""

    ATTRIBUTED = "attributed", "Attributed"
    UNATTRIBUTED = "unattributed", "Unattributed"
    EXCLUDED = "excluded", "Excluded"


class CreditEntry(models.Model):
    """One line of the ledger. A database trigger refuses UPDATE and DELETE."""

    id = PublicIdField()
    batch = models.ForeignKey(CreditBatch, models.PROTECT, related_name="entries", db_index=False)
    line = models.PositiveIntegerField(help_text="Place within the batch")
    outcome = models.ForeignKey(Outcome, models.PROTECT, related_name="entries", db_index=False)
    rule = models.ForeignKey(CreditRule, models.PROTECT, related_name="entries", db_index=False)
    touch = models.ForeignKey(
        Touchpoint, models.PROTECT, null=True, related_name="+", db_index=False
    )
    bucket = models.CharField(max_length=12, choices=Bucket)
    reason = models.CharField(max_length=24, blank=True)
    amount_minor = models.BigIntegerField(help_text="Difference, reporting currency")
    count_micro = models.BigIntegerField(help_text="Difference, millionths of one outcome")
    # The touch's own foreign keys guard these; checking them again would double a rebuild.
    channel = models.ForeignKey(
        Channel, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    send = models.ForeignKey(
        Send, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    message = models.ForeignKey(
        Message, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    link = models.ForeignKey(
        Link, models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    touch_date = models.DateField(null=True, help_text="In the organisation's time zone")
    outcome_date = models.DateField(null=True)
    rate = models.DecimalField(
        max_digits=20, decimal_places=10, null=True, help_text="By which the outcome was converted"
    )
    is_restatement = models.BooleanField(
        default=False, help_text="The outcome's day lies in a period that was locked when posted"
    )

    class Meta:
        verbose_name_plural = "credit entries"
        ordering = ["batch", "line"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "line"], name="attribution_entry_line_unique"),
            models.CheckConstraint(
                condition=~Q(amount_minor=0, count_micro=0), name="attribution_entry_says_something"
            ),
            models.CheckConstraint(
                condition=Q(bucket="attributed", touch__isnull=False, reason="")
                | (~Q(bucket="attributed") & Q(touch__isnull=True) & ~Q(reason="")),
                name="attribution_entry_bucket_fits",
            ),
        ]
        indexes = [
            models.Index(fields=["outcome", "rule"], name="attribution_entry_outcome"),
            models.Index(
                fields=["touch"], condition=Q(touch__isnull=False), name="attribution_entry_touch"
            ),
            models.Index(
                fields=["send"], condition=Q(send__isnull=False), name="attribution_entry_send"
            ),
        ]

    def __str__(self) -> str:
        amount = display_amount(self.amount_minor, settings.REPORTING_CURRENCY)
        return f"{self.get_bucket_display()} {amount}"


class CreditTotal(models.Model):
    """The running sum of the ledger's entries in one cell of the reports."""

    id = PublicIdField()
    rule = models.ForeignKey(CreditRule, models.CASCADE, related_name="totals")
    kind = models.CharField(max_length=12, choices=Outcome.Kind)
    bucket = models.CharField(max_length=12, choices=Bucket)
    reason = models.CharField(max_length=24, blank=True)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="+")
    send = models.ForeignKey(Send, models.PROTECT, null=True, related_name="+")
    message = models.ForeignKey(Message, models.PROTECT, null=True, related_name="+")
    link = models.ForeignKey(Link, models.PROTECT, null=True, related_name="+")
    touch_date = models.DateField(null=True)
    outcome_date = models.DateField(null=True)
    amount_minor = models.BigIntegerField()
    count_micro = models.BigIntegerField()

    class Meta:
        ordering = ["rule", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "rule", "kind", "bucket", "reason", "channel", "campaign", "send",
                    "message", "link", "touch_date", "outcome_date",
                ],
                nulls_distinct=False,
                name="attribution_total_cell_unique",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.kind} {self.bucket} {self.amount_minor}"


class Finding(models.Model):
    """Something in the data that a person should know, with the money at stake."""

    class Severity(models.TextChoices):
        ERROR = "error", "Error"
        WARNING = "warning", "Warning"
        NOTICE = "notice", "Notice"

    id = PublicIdField()
    code = models.CharField(max_length=40, unique=True)
    severity = models.CharField(max_length=10, choices=Severity)
    title = models.CharField(max_length=160)
    advice = models.TextField(blank=True, help_text="What to do about it")
    row_count = models.PositiveIntegerField()
    amount_minor = models.BigIntegerField(null=True)
    first_seen_at = models.DateTimeField()
    latest_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["severity", "-row_count"]

    def __str__(self) -> str:
        return self.title


class Period(models.Model):
    """A closed stretch of days whose credit no longer moves."""

    id = PublicIdField()
    starts_on = models.DateField(unique=True)
    ends_on = models.DateField(unique=True)
    locked_at = models.DateTimeField()
    locked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="attribution_period_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} to {self.ends_on}"


class SendPerformance(Send):
    """The single report as a page of the admin."""

    class Meta:
        proxy = True
        verbose_name = "send report"
        verbose_name_plural = "send report"


class DealJourney(Deal):
    """A deal with its touches of all channels on one timeline."""

    class Meta:
        proxy = True
        verbose_name = "deal journey"
        verbose_name_plural = "deal journeys"

"""What a tap became: the CRM's contacts, companies and deals, and how they got here."""

from django.db import models
from django.db.models import F, Q

from campaigns.personal_data import mask_email
from campaigns.public_ids import PublicIdField
from crm_sync.querysets import (
    ConnectionQuerySet,
    DealQuerySet,
    SyncProblemQuerySet,
    WriteBackQuerySet,
)
from tracking.models import Identity


class Connection(models.Model):
    """One CRM account or export, with its mapping and its schedule."""

    class Provider(models.TextChoices):
        HUBSPOT = "hubspot", "HubSpot"
        CSV_FILE = "csv_file", "CSV file"

    id = PublicIdField()
    slug = models.SlugField(
        "short name", max_length=60, unique=True, help_text="For the API and for commands"
    )
    name = models.CharField(max_length=120)
    provider = models.CharField(max_length=20, choices=Provider)
    base_url = models.URLField(
        "address", max_length=300, blank=True, help_text="Empty: the provider's public address"
    )
    secret = models.TextField(blank=True, editable=False, help_text="Encrypted access token")
    settings = models.JSONField(
        default=dict,
        blank=True,
        help_text="Provider options; for a CSV file: columns, currency, date_format, stages",
    )
    is_active = models.BooleanField("sync on schedule", default=True)
    writes_back = models.BooleanField(
        "write back", default=False, help_text="Write the originating campaign to the CRM contact"
    )
    sync_minutes = models.PositiveSmallIntegerField("minutes between syncs", default=10)
    next_sync_at = models.DateTimeField("next sync", null=True, blank=True)
    synced_at = models.DateTimeField("latest sync", null=True, editable=False)
    lease_token = models.UUIDField(null=True, editable=False)
    leased_until = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SyncRun(models.Model):
    """One pass over a connection, with its progress and its row counts."""

    class Trigger(models.TextChoices):
        SCHEDULE = "schedule", "On schedule"
        MANUAL = "manual", "By hand"
        IMPORT = "import", "File import"

    class Status(models.TextChoices):
        RUNNING = "running", "Running"
        SUCCEEDED = "succeeded", "Succeeded"
        PARTIAL = "partial", "Finished with problems"
        FAILED = "failed", "Failed"

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="runs")
    trigger = models.CharField(max_length=10, choices=Trigger)
    status = models.CharField(max_length=10, choices=Status, default=Status.RUNNING)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    file_name = models.CharField(max_length=255, blank=True, help_text="The imported file")
    step = models.CharField(max_length=40, blank=True, help_text="What it is doing now")
    read_count = models.PositiveIntegerField(default=0)
    created_count = models.PositiveIntegerField(default=0)
    updated_count = models.PositiveIntegerField(default=0)
    unchanged_count = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    expected_count = models.PositiveIntegerField(null=True, help_text="Rows, where known")
    error = models.TextField(blank=True)

    class Meta:
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["connection", "-started_at"], name="crm_sync_run_latest")]

    def __str__(self) -> str:
        return f"{self.connection.name}, {self.started_at:%Y-%m-%d %H:%M}"


class SyncCursor(models.Model):
    """Where the next sync of an object type starts, and how far a broken one came."""

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="cursors")
    object_type = models.CharField(max_length=30)
    watermark_at = models.DateTimeField(null=True, help_text="Changes before this are here")
    checkpoint = models.JSONField(default=dict, help_text="The provider's place inside a window")

    class Meta:
        ordering = ["connection", "object_type"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "object_type"], name="crm_sync_cursor_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.connection.slug} {self.object_type}"


class SyncProblem(models.Model):
    """A record that could not be taken over or is incomplete, until it is put right."""

    class Severity(models.TextChoices):
        ERROR = "error", "Not imported"
        WARNING = "warning", "Imported, incomplete"

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="problems")
    run = models.ForeignKey(SyncRun, models.CASCADE, related_name="problems")
    severity = models.CharField(max_length=10, choices=Severity)
    object_type = models.CharField(max_length=30)
    external_id = models.CharField(max_length=120, blank=True)
    row_number = models.PositiveIntegerField(null=True, help_text="Line in the file")
    code = models.CharField(max_length=40)
    message = models.TextField()
    record = models.JSONField(default=dict, help_text="The record as it came")
    is_retryable = models.BooleanField(default=False)
    first_seen_at = models.DateTimeField()
    latest_seen_at = models.DateTimeField()
    resolved_at = models.DateTimeField("put right at", null=True, blank=True)

    objects = SyncProblemQuerySet.as_manager()

    class Meta:
        ordering = ["-latest_seen_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "object_type", "external_id", "row_number", "code"],
                condition=Q(resolved_at__isnull=True),
                nulls_distinct=False,
                name="crm_sync_problem_one_open",
            ),
        ]

    def __str__(self) -> str:
        return self.message


class Pipeline(models.Model):
    """A CRM's deal pipeline."""

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="pipelines")
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=120)

    class Meta:
        ordering = ["connection", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="crm_sync_pipeline_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A step of a pipeline, and what it means for the deal."""

    class Outcome(models.TextChoices):
        OPEN = "open", "Open"
        WON = "won", "Won"
        LOST = "lost", "Lost"

    id = PublicIdField()
    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages")
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=120)
    outcome = models.CharField("meaning", max_length=4, choices=Outcome, default=Outcome.OPEN)
    is_outcome_fixed = models.BooleanField(
        "set by hand", default=False, editable=False, help_text="A sync leaves the meaning as it is"
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_archived = models.BooleanField("archived", default=False)

    class Meta:
        ordering = ["pipeline", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["pipeline", "external_id"], name="crm_sync_stage_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Company(models.Model):
    """A company of the CRM."""

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="companies")
    external_id = models.CharField(max_length=120)
    name = models.CharField(max_length=200)
    domain = models.CharField(max_length=255, blank=True)
    modified_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "companies"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="crm_sync_company_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Contact(models.Model):
    """A contact of the CRM. Who it is, is said by its identity."""

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="contacts")
    external_id = models.CharField(max_length=120)
    identity = models.ForeignKey(Identity, models.PROTECT, related_name="+")
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="contacts"
    )
    name = models.CharField(max_length=200, blank=True)
    email = models.CharField(max_length=320, blank=True)
    phone = models.CharField(max_length=16, blank=True)
    lead_source = models.CharField(max_length=120, blank=True)
    contact_created_at = models.DateTimeField(null=True, help_text="In the CRM")
    modified_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="crm_sync_contact_unique"
            ),
        ]

    def __str__(self) -> str:
        return self.name or mask_email(self.email) or f"Contact {self.external_id}"


class Deal(models.Model):
    """A deal of the CRM as it stands now. A deleted deal stays as a tombstone."""

    id = PublicIdField()
    connection = models.ForeignKey(Connection, models.PROTECT, related_name="deals")
    external_id = models.CharField("id in the CRM", max_length=120)
    name = models.CharField(max_length=200)
    company = models.ForeignKey(
        Company, models.SET_NULL, null=True, blank=True, related_name="deals"
    )
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals")
    outcome = models.CharField(
        max_length=4, choices=Stage.Outcome, help_text="What the stage says: open, won, lost"
    )
    amount_minor = models.BigIntegerField(null=True, help_text="Empty: the CRM has no value")
    currency = models.CharField(max_length=3)
    owner = models.CharField(max_length=120, blank=True)
    lead_source = models.CharField(max_length=120, blank=True)
    deal_created_at = models.DateTimeField(null=True, help_text="In the CRM; empty: unknown")
    closed_at = models.DateTimeField(null=True)
    stage_entered_at = models.DateTimeField(null=True)
    modified_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)

    objects = DealQuerySet.as_manager()

    class Meta:
        ordering = [F("deal_created_at").desc(nulls_last=True)]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="crm_sync_deal_unique"
            ),
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[A-Z]{3}$"), name="crm_sync_deal_currency_code"
            ),
        ]
        indexes = [
            models.Index(fields=["outcome", "closed_at"], name="crm_sync_deal_outcome_time"),
        ]

    def __str__(self) -> str:
        return self.name


class DealContact(models.Model):
    """A contact's part in a deal."""

    id = PublicIdField()
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="deal_contacts")
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="deal_contacts")
    role = models.CharField(max_length=60, blank=True)
    is_primary = models.BooleanField(default=False)

    class Meta:
        ordering = ["deal", "-is_primary"]
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "contact"], name="crm_sync_deal_contact_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} on {self.deal}"


class DealChange(models.Model):
    """One step in a deal's history: a field, its old and its new value."""

    class Field(models.TextChoices):
        CREATED = "created", "Created"
        STAGE = "stage", "Stage"
        AMOUNT = "amount", "Amount"
        CLOSED_AT = "closed_at", "Close date"
        CONTACTS = "contacts", "Contacts"
        COMPANY = "company", "Company"
        DELETED = "deleted", "Deleted"

    id = PublicIdField()
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="changes")
    run = models.ForeignKey(SyncRun, models.SET_NULL, null=True, related_name="+")
    field = models.CharField(max_length=12, choices=Field)
    old_value = models.CharField(max_length=200, blank=True)
    new_value = models.CharField(max_length=200, blank=True)
    changed_at = models.DateTimeField(help_text="In the CRM, as far as it says")
    observed_at = models.DateTimeField()

    class Meta:
        ordering = ["changed_at", "id"]
        indexes = [models.Index(fields=["deal", "changed_at"], name="crm_sync_change_history")]

    def __str__(self) -> str:
        return f"{self.get_field_display()}: {self.old_value or '–'} → {self.new_value or '–'}"


class WriteBack(models.Model):
    """A delivery of a person's origin to the CRM contact; the outbox."""

    class Status(models.TextChoices):
        PENDING = "pending", "Waiting"
        IN_FLIGHT = "in_flight", "Being written"
        WRITTEN = "written", "Written"
        REFUSED = "refused", "Refused by the CRM"

    id = PublicIdField()
    contact = models.ForeignKey(Contact, models.CASCADE, related_name="write_backs")
    values = models.JSONField(help_text="CRM property → value")
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    written_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    objects = WriteBackQuerySet.as_manager()

    class Meta:
        ordering = ["-next_attempt_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(status="pending"),
                name="crm_sync_write_back_one_pending",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact}: {self.get_status_display().lower()}"

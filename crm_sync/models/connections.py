"""CRM accounts and exports, their syncs, and what went wrong in them."""

from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField
from crm_sync.querysets import ConnectionQuerySet, SyncProblemQuerySet


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
    hook_secret = models.TextField(
        blank=True, editable=False, help_text="Encrypted; the CRM signs its webhook with it"
    )
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
        HOOK = "hook", "Told by the CRM"

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

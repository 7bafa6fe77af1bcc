"""Reports as people keep them: saved views, and the mails that bring them."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from attribution.querysets import ReportScheduleQuerySet, SavedViewQuerySet
from campaigns.public_ids import PublicIdField


class SavedView(models.Model):
    """A report with its switches, under a name. `parameters` are the API's names and texts."""

    id = PublicIdField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    name = models.CharField(max_length=80)
    report = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict, blank=True)
    is_shared = models.BooleanField(
        "shared", default=False, help_text="Everybody who may read reports sees it."
    )
    is_default = models.BooleanField(
        "opens first", default=False, help_text="The report opens with it, for its owner."
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ["report", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "report", "name"], name="attribution_view_name_unique"
            ),
            models.UniqueConstraint(
                fields=["owner", "report"],
                condition=Q(is_default=True),
                name="attribution_view_one_default",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ReportSchedule(models.Model):
    """A saved view that is mailed. `weekday` counts from Monday = 0, days past a month's end mean its last."""

    class Frequency(models.TextChoices):
        DAILY = "daily", "Every day"
        WEEKLY = "weekly", "Every week"
        MONTHLY = "monthly", "Every month"

    class Format(models.TextChoices):
        CSV = "csv", "CSV"
        XLSX = "xlsx", "Excel"
        NONE = "none", "No file"

    class Weekday(models.IntegerChoices):
        MONDAY = 0, "Monday"
        TUESDAY = 1, "Tuesday"
        WEDNESDAY = 2, "Wednesday"
        THURSDAY = 3, "Thursday"
        FRIDAY = 4, "Friday"
        SATURDAY = 5, "Saturday"
        SUNDAY = 6, "Sunday"

    id = PublicIdField()
    view = models.ForeignKey(SavedView, models.CASCADE, related_name="schedules")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    frequency = models.CharField(max_length=8, choices=Frequency)
    weekday = models.PositiveSmallIntegerField(choices=Weekday, null=True, blank=True)
    month_day = models.PositiveSmallIntegerField(
        "day of the month", null=True, blank=True, help_text="31 means the last day of every month."
    )
    time_of_day = models.TimeField("at", help_text="In the time zone below.")
    time_zone = models.CharField(max_length=64)
    format = models.CharField("attached file", max_length=8, choices=Format, default=Format.XLSX)
    is_active = models.BooleanField("active", default=True)
    next_due_at = models.DateTimeField()
    created_at = models.DateTimeField()

    objects = ReportScheduleQuerySet.as_manager()

    class Meta:
        ordering = ["next_due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(frequency="daily", weekday=None, month_day=None)
                | Q(
                    frequency="weekly",
                    weekday__isnull=False,
                    weekday__range=(0, 6),
                    month_day=None,
                )
                | Q(
                    frequency="monthly",
                    weekday=None,
                    month_day__isnull=False,
                    month_day__range=(1, 31),
                ),
                name="attribution_schedule_says_when",
            )
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"],
                condition=Q(is_active=True),
                name="attribution_schedule_due",
            )
        ]

    def __str__(self) -> str:
        return f"{self.view}, {self.get_frequency_display().lower()}"


class ScheduleRecipient(models.Model):
    """Who gets a scheduled report; whoever unsubscribed stays listed, and gets none."""

    id = PublicIdField()
    schedule = models.ForeignKey(ReportSchedule, models.CASCADE, related_name="recipients")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    unsubscribed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["schedule", "user"], name="attribution_recipient_once")
        ]

    def __str__(self) -> str:
        return str(self.user)


class ReportDelivery(models.Model):
    """One mail of one due moment to one person. The row is written before the mail leaves."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENDING = "sending", "Being sent"
        SENT = "sent", "Sent"
        SKIPPED = "skipped", "Not sent"
        FAILED = "failed", "Failed"
        UNKNOWN = "unknown", "Interrupted"

    id = PublicIdField()
    recipient = models.ForeignKey(ScheduleRecipient, models.CASCADE, related_name="deliveries")
    due_at = models.DateTimeField()
    status = models.CharField(max_length=8, choices=Status, default=Status.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    tried_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-due_at", "pk"]
        verbose_name_plural = "report deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "due_at"], name="attribution_delivery_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["next_attempt_at"],
                condition=Q(status="waiting"),
                name="attribution_delivery_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, {self.due_at:%Y-%m-%d}"

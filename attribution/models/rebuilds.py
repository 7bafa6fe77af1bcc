"""Rebuilds of all credit, split into parts that workers claim."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField


class Rebuild(models.Model):
    """Deriving every outcome and its credit from the facts again. One runs at a time."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        CANCELLED = "cancelled", "Cancelled"

    id = PublicIdField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="running"), name="attribution_rebuild_one_runs"
            ),
        ]

    def __str__(self) -> str:
        return f"Rebuild of {self.started_at:%Y-%m-%d %H:%M} UTC"


class RebuildPart(models.Model):
    """A range of deals or goal events by id, both ends included, that one worker takes."""

    class Subject(models.TextChoices):
        DEAL = "deal", "Deals"
        EVENT = "event", "Goal events"

    id = PublicIdField()
    rebuild = models.ForeignKey(Rebuild, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    subject = models.CharField(max_length=5, choices=Subject)
    first_id = models.UUIDField()
    last_id = models.UUIDField()
    fact_count = models.PositiveIntegerField()
    leased_until = models.DateTimeField(
        null=True, help_text="A worker has it until then; afterwards it is taken for dead"
    )
    done_at = models.DateTimeField(null=True)
    is_repeated = models.BooleanField(
        default=False, help_text="Something was settled meanwhile, so that it was computed twice"
    )
    outcome_count = models.PositiveIntegerField(default=0)
    batch_count = models.PositiveIntegerField(default=0)
    entries_by_cause = models.JSONField(default=dict)

    class Meta:
        ordering = ["rebuild", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["rebuild", "number"], name="attribution_rebuild_part_number"
            ),
        ]

    def __str__(self) -> str:
        return f"Part {self.number}"


class Settlement(models.Model):
    """The facts that were settled while a rebuild runs, so that its workers notice.

    Kept only as long as the rebuild; also a settlement that posted nothing has one.
    """

    id = PublicIdField()
    number = models.PositiveBigIntegerField(unique=True)
    deals = ArrayField(models.UUIDField())
    events = ArrayField(models.UUIDField())

    class Meta:
        ordering = ["number"]

    def __str__(self) -> str:
        return f"Settlement {self.number}"

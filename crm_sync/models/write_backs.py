"""What is written to the CRM: the outbox."""

from django.db import models
from django.db.models import Q

from campaigns.public_ids import PublicIdField
from crm_sync.models.people import Contact
from crm_sync.querysets import WriteBackQuerySet


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

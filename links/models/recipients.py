"""Who gets a send: each recipient's own link, who is held out, and the uploads that brought them."""

from django.conf import settings
from django.db import models

from campaigns.models import Send
from campaigns.public_ids import PublicIdField
from links.models.links import Link
from links.querysets import (
    AudienceUploadQuerySet,
    HeldOutRecipientQuerySet,
    RecipientLinkQuerySet,
)


class RecipientLink(models.Model):
    """One recipient's own form of a link: the link's code and six characters more."""

    id = PublicIdField()
    link = models.ForeignKey(Link, models.CASCADE, related_name="recipients", db_index=False)
    suffix = models.CharField(max_length=6, db_collation="C")
    phone = models.CharField(max_length=16, blank=True, help_text="E.164; empty once erased")
    phone_hash = models.CharField(max_length=64, db_collation="C")
    email = models.EmailField(blank=True)
    external_id = models.CharField(max_length=120, blank=True, help_text="The CRM contact's id")
    name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = RecipientLinkQuerySet.as_manager()

    class Meta:
        ordering = ["link", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["link", "suffix"], name="links_recipient_suffix_unique"
            ),
            models.UniqueConstraint(
                fields=["link", "phone_hash"], name="links_recipient_phone_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.link.code}{self.suffix}"

    @property
    def short_url(self) -> str:
        """This recipient's own address. Costs queries unless `link.domain` is loaded."""
        return f"{self.link.short_url}{self.suffix}"


class HeldOutRecipient(models.Model):
    """A member of a send's audience who gets nothing, so that its effect can be measured."""

    id = PublicIdField()
    send = models.ForeignKey(Send, models.CASCADE, related_name="+", db_index=False)
    phone = models.CharField(max_length=16, blank=True, help_text="E.164; empty once erased")
    phone_hash = models.CharField(max_length=64, db_collation="C")
    email = models.EmailField(blank=True)
    external_id = models.CharField(max_length=120, blank=True, help_text="The CRM contact's id")
    name = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    objects = HeldOutRecipientQuerySet.as_manager()

    class Meta:
        ordering = ["send", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["send", "phone_hash"], name="links_held_out_phone_unique"
            ),
        ]

    def __str__(self) -> str:
        return f"Held out of {self.send}"


class AudienceUpload(models.Model):
    """A file of recipients on its way into a send's audience, and what became of its rows."""

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    id = PublicIdField()
    send = models.ForeignKey(Send, models.CASCADE, related_name="+")
    file = models.FileField(
        upload_to="audiences/", max_length=200, blank=True, help_text="Empty once it is read"
    )
    file_name = models.CharField(max_length=200, help_text="As the uploader called it")
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of the file")
    rows_file = models.FileField(
        upload_to="audiences/", max_length=200, blank=True, help_text="Its people, while they wait"
    )
    results_file = models.FileField(upload_to="audiences/", max_length=200, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.WAITING)
    is_read = models.BooleanField(default=False, help_text="Every row was found readable")
    total_rows = models.PositiveIntegerField(default=0, help_text="Rows found so far")
    read_bytes = models.PositiveBigIntegerField(default=0, help_text="How far its people are in")
    results_bytes = models.PositiveBigIntegerField(default=0)
    row_count = models.PositiveIntegerField(default=0, help_text="Rows whose result is stored")
    new_count = models.PositiveIntegerField(default=0)
    duplicate_count = models.PositiveIntegerField(default=0)
    invalid_count = models.PositiveIntegerField(default=0)
    opted_out_count = models.PositiveIntegerField(default=0)
    held_out_count = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    worked_at = models.DateTimeField(null=True, help_text="The last sign of life of its worker")
    finished_at = models.DateTimeField(null=True)

    objects = AudienceUploadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["send", "content_hash"],
                condition=models.Q(status__in=["waiting", "running"]),
                name="links_upload_once_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.status in {self.Status.DONE, self.Status.FAILED}

    @property
    def percent(self) -> int:
        """How much of it is added."""
        return self.row_count * 100 // self.total_rows if self.is_read and self.total_rows else 0

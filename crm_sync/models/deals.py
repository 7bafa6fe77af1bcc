"""What a tap became: pipelines and deals, and how the deals got here."""

from django.db import models
from django.db.models import F, Q

from campaigns.public_ids import PublicIdField
from crm_sync.models.connections import Connection, SyncRun
from crm_sync.models.people import Company, Contact
from crm_sync.querysets import DealQuerySet


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

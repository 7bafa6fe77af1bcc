"""The companies and contacts of a CRM."""

from django.db import models

from campaigns.personal_data import mask_email
from campaigns.public_ids import PublicIdField
from crm_sync.models.connections import Connection
from tracking.models import Identity


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

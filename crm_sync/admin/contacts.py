"""The CRM's companies and contacts."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Value
from django.http import HttpRequest
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTextrailAdmin
from campaigns.personal_data import mask_email, may_see_personal_data
from campaigns.phone_numbers import mask_phone
from crm_sync.models import Company, Contact


@admin.register(Contact)
class ContactAdmin(ReadOnlyTextrailAdmin):
    """People as the CRM knows them; addresses are masked for whoever may not see them."""

    list_display = ("__str__", "shown_email", "shown_phone", "company", "lead_source", "connection")
    list_filter = ("connection", "lead_source")
    list_select_related = ("company", "connection")
    search_fields = ("name", "external_id", "company__name")
    fieldsets = (
        (None, {"fields": ("name", "shown_email", "shown_phone", "company", "lead_source")}),
        (
            "In the CRM",
            {"fields": ("connection", "contact_created_at", "modified_at", "deleted_at")},
        ),
    )
    readonly_fields = ("shown_email", "shown_phone")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contact]:
        """Note on each row whether this user may read addresses."""
        rows: QuerySet[Contact] = super().get_queryset(request)
        return rows.annotate(is_shown=Value(may_see_personal_data(request.user)))

    @display(description="E-mail")
    def shown_email(self, contact: Contact) -> str:
        """Return the address as this user may see it."""
        found: Any = contact
        return (contact.email if found.is_shown else mask_email(contact.email)) or "–"

    @display(description="Phone")
    def shown_phone(self, contact: Contact) -> str:
        """Return the number as this user may see it."""
        found: Any = contact
        return (contact.phone if found.is_shown else mask_phone(contact.phone)) or "–"


@admin.register(Company)
class CompanyAdmin(ReadOnlyTextrailAdmin):
    """Companies, with how many deals each has."""

    list_display = ("name", "domain", "deal_count", "won_count", "connection")
    list_filter = ("connection",)
    list_select_related = ("connection",)
    search_fields = ("name", "domain")
    fields = ("name", "domain", "connection", "deal_count", "won_count", "modified_at")
    readonly_fields = ("deal_count", "won_count")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Company]:
        """Count the deals in the same query."""
        present = Q(deals__deleted_at__isnull=True)
        rows: QuerySet[Company] = super().get_queryset(request)
        return rows.annotate(
            deals_found=Count("deals", filter=present),
            wins_found=Count("deals", filter=present & Q(deals__outcome="won")),
        )

    @display(description="Deals", ordering="deals_found")
    def deal_count(self, company: Company) -> int:
        """Return how many deals the company has."""
        found: Any = company
        return int(found.deals_found)

    @display(description="Won", ordering="wins_found")
    def won_count(self, company: Company) -> int:
        """Return how many of them were won."""
        found: Any = company
        return int(found.wins_found)

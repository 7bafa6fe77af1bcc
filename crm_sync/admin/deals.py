"""Deals as the CRM has them, each with its history."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from campaigns.admin_base import ReadOnlyTabularInline, ReadOnlyTextrailAdmin
from campaigns.money import display_amount
from campaigns.personal_data import shown_email, shown_phone
from crm_sync.admin.badges import OUTCOME_COLOURS
from crm_sync.admin.refunds import RefundInline
from crm_sync.models import Deal, DealChange, DealContact


class DealContactInline(ReadOnlyTabularInline):
    """Who takes part in the deal; addresses are masked for whoever may not see them."""

    model = DealContact
    verbose_name_plural = "contacts"
    fields = ("contact", "email", "phone", "role", "is_primary")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Show who takes part to whoever may see the deal."""
        return bool(request.user.has_perm("crm_sync.view_deal"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[DealContact]:
        """Bring the contacts along; inlines are made per request, so it may be kept."""
        self.viewer = request.user
        rows: QuerySet[DealContact] = super().get_queryset(request)
        return rows.select_related("contact")

    @display(description="E-mail")
    def email(self, row: DealContact) -> str:
        """Return the address as this user may see it."""
        return shown_email(self.viewer, row.contact.email) or "–"

    @display(description="Phone")
    def phone(self, row: DealContact) -> str:
        """Return the number as this user may see it."""
        return shown_phone(self.viewer, row.contact.phone) or "–"


@admin.register(Deal)
class DealAdmin(ReadOnlyTextrailAdmin):
    """Every deal of every connection."""

    list_display = (
        "name", "company", "stage_name", "amount", "created_on", "closed_on", "connection"
    )  # fmt: skip
    list_filter = (
        "outcome",
        "connection",
        "stage",
        ("deal_created_at", RangeDateFilter),
        ("closed_at", RangeDateFilter),
    )
    list_select_related = ("company", "stage", "connection")
    search_fields = ("name", "external_id", "company__name")
    inlines = (DealContactInline, RefundInline)
    change_form_outer_after_template = "crm_sync/deal_history.html"
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "name", "company", "stage_words", "amount", "created_on", "closed_on",
                    "stage_since", "deleted_on",
                )
            },
        ),
        (
            "In the CRM",
            {"fields": ("connection", "external_id", "owner", "lead_source", "modified_at")},
        ),
    )  # fmt: skip
    readonly_fields = (
        "stage_words", "amount", "created_on", "closed_on", "stage_since", "deleted_on"
    )  # fmt: skip

    @display(description="Stage", ordering="stage__position", label=OUTCOME_COLOURS)
    def stage_name(self, deal: Deal) -> tuple[str, str]:
        """Return the stage in the colour of what it means."""
        return deal.get_outcome_display(), deal.stage.name

    @display(description="Stage")
    def stage_words(self, deal: Deal) -> str:
        """Return the stage and what it means, where the two differ."""
        meaning = deal.get_outcome_display()
        return deal.stage.name if deal.stage.name == meaning else f"{deal.stage.name} ({meaning})"

    @display(description="Value", ordering="amount_minor")
    def amount(self, deal: Deal) -> str:
        """Return the value, or a dash where the CRM has none."""
        if deal.amount_minor is None:
            return "–"
        return display_amount(deal.amount_minor, deal.currency)

    @display(description="Created", ordering="deal_created_at")
    def created_on(self, deal: Deal) -> Any:
        """Return the day of its creation in the CRM."""
        return deal.deal_created_at and deal.deal_created_at.date()

    @display(description="Closed", ordering="closed_at")
    def closed_on(self, deal: Deal) -> Any:
        """Return the close date; an open deal's is what sales expects."""
        return deal.closed_at and deal.closed_at.date()

    @display(description="In this stage since")
    def stage_since(self, deal: Deal) -> Any:
        """Return when it came into its stage, where the CRM says so."""
        return deal.stage_entered_at and deal.stage_entered_at.date()

    @display(description="Deleted in the CRM")
    def deleted_on(self, deal: Deal) -> Any:
        """Return when it was deleted."""
        return deal.deleted_at and deal.deleted_at.date()

    def get_inlines(self, request: HttpRequest, obj: Deal | None) -> Any:
        """Leave out a table of contacts or of refunds that would be empty."""
        if obj is None:
            return ()
        shown = (obj.deal_contacts.exists(), obj.refunds.standing().exists())
        return [inline for inline, has_rows in zip(self.inlines, shown, strict=True) if has_rows]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Put the deal's history below its facts."""
        response: HttpResponse = super().changeform_view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            deal = response.context_data.get("original")
            if deal is not None:
                response.context_data["deal_changes"] = _history(deal)
        return response


def _history(deal: Deal) -> list[DealChange]:
    """Return the steps from the earliest; a deal is created before it enters its first stage."""
    steps = deal.changes.all()
    return sorted(steps, key=lambda step: (step.changed_at, step.field != DealChange.Field.CREATED))

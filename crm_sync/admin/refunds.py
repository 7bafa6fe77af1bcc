"""Refunds: what was taken back from won deals, entered by hand or from a file."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.imports import ImportPages
from campaigns.admin_base import ReadOnlyTabularInline, TextrailAdmin
from campaigns.import_rows import BatchResult, ImportResult
from campaigns.money import display_amount, format_amount
from campaigns.table_import import Sheet, read_sheet
from crm_sync.models import DealRefund
from crm_sync.refund_rows import FIELDS
from crm_sync.refunds import MOST_ROWS, record_refunds, remove_refund

_EXAMPLE = ("acme-crm", "1042", "R-2030-17", "120.00", "USD", "2030-06-30", "refund")


class RefundForm(forms.ModelForm):
    """A refund as people write it; a correction keeps its deal and its reference."""

    amount = forms.CharField(
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "120.00", "inputmode": "decimal"}),
        help_text="What went back, above 0",
    )
    currency = forms.CharField(
        max_length=3,
        required=False,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "USD"}),
        help_text="Empty: the deal’s",
    )

    class Meta:
        model = DealRefund
        fields = ("deal", "external_id", "currency", "refunded_at", "reason")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            amount = format_amount(self.instance.amount_minor, self.instance.currency)
            self.initial["amount"] = amount

    def row(self) -> dict[str, str]:
        """Return the entry as a row of an import."""
        data = self.cleaned_data
        deal = data.get("deal") or self.instance.deal
        return {
            "deal": str(deal.pk),
            "external_id": data.get("external_id") or self.instance.external_id,
            "amount": data.get("amount", ""),
            "currency": data.get("currency", ""),
            "refunded_at": data["refunded_at"].isoformat() if data.get("refunded_at") else "",
            "reason": data.get("reason", ""),
        }

    def clean(self) -> dict[str, Any]:
        """Say in the form what an import would refuse."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        result = self.record(dry_run=True)
        found = {error.field: error.message for row in result.rows for error in row.errors}
        if found:
            raise ValidationError({k if k in self.fields else "__all__": found[k] for k in found})
        if self.instance._state.adding and result.count("created") == 0:
            raise ValidationError({"external_id": "A refund with this reference is there already."})
        return cleaned

    def record(self, *, dry_run: bool = False) -> BatchResult:
        """Record the entry."""
        origin = DealRefund.Origin.ADMIN
        return record_refunds(rows=[self.row()], origin=origin, now=timezone.now(), dry_run=dry_run)

    def _post_clean(self) -> None:
        """Leave the instance alone: the row is recorded by the service, not by `save`."""


class RefundInline(ReadOnlyTabularInline):
    """What was taken back from a deal."""

    model = DealRefund
    verbose_name_plural = "refunds"
    fields = ("external_id", "taken_back", "refunded_at", "reason", "origin")
    readonly_fields = fields
    show_change_link = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[DealRefund]:
        """Leave out what was taken back or corrected."""
        rows: QuerySet[DealRefund] = super().get_queryset(request)
        return rows.filter(removed_at__isnull=True)

    @display(description="Amount")
    def taken_back(self, refund: DealRefund) -> str:
        """Return the money as people read it."""
        return display_amount(-refund.amount_minor, refund.currency)


@admin.register(DealRefund)
class DealRefundAdmin(ImportPages, TextrailAdmin):
    """Every refund that stands."""

    form = RefundForm
    list_display = ("external_id", "deal", "taken_back", "refunded_at", "reason", "origin")
    list_filter = ("connection", "reason", "origin", ("refunded_at", RangeDateFilter))
    list_select_related = ("deal",)
    search_fields = ("external_id", "deal__name", "deal__external_id")
    autocomplete_fields = ("deal",)
    actions = None
    fieldsets = (
        (
            None,
            {"fields": ("deal", "external_id", ("amount", "currency"), ("refunded_at", "reason"))},
        ),
    )
    import_title = "Import refunds"
    imports_whole = True
    import_columns = FIELDS
    import_words = (
        f"Up to {MOST_ROWS:,} rows, all stored together or none.",
        "deal is the deal’s id in its CRM. connection may be left out where there is one.",
        "external_id is the refund’s own number: the same again is a correction.",
        "amount is what went back, above 0; without a currency it is the deal’s.",
        f"reason is one of {', '.join(DealRefund.Reason.values)}.",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[DealRefund]:
        """Leave out what was taken back or corrected."""
        rows: QuerySet[DealRefund] = super().get_queryset(request)
        return rows.filter(removed_at__isnull=True)

    def get_readonly_fields(self, request: HttpRequest, obj: DealRefund | None = None) -> Any:
        """A correction keeps its deal and its reference."""
        return ("deal", "external_id") if obj is not None else ()

    @display(description="Amount", ordering="amount_minor")
    def taken_back(self, refund: DealRefund) -> str:
        """Return the money as people read it."""
        return display_amount(-refund.amount_minor, refund.currency)

    def save_model(self, request: HttpRequest, obj: DealRefund, form: Any, change: Any) -> None:
        """Record it; a correction is a new row beside a tombstone."""
        stored = next(iter(form.record().rows)).stored
        obj.pk, obj.deal, obj.external_id = stored.pk, stored.deal, stored.external_id
        obj.reason = stored.reason

    def delete_model(self, request: HttpRequest, obj: DealRefund) -> None:
        """Take it back."""
        remove_refund(refund=obj, now=timezone.now())

    def read_sheet(self, file: BytesIO, filename: str, options: dict[str, Any]) -> Sheet:
        """Return the rows by our own column names."""
        return read_sheet(file, filename, FIELDS, most=MOST_ROWS)

    def run_import(
        self, request: HttpRequest, sheet: Sheet, options: dict[str, Any], *, dry_run: bool
    ) -> ImportResult:
        """Record the rows."""
        return record_refunds(
            rows=sheet.rows, origin=DealRefund.Origin.FILE, now=timezone.now(), dry_run=dry_run
        )

    def template_rows(self) -> Iterable[Sequence[str]]:
        """Return the columns and an example."""
        return [FIELDS, _EXAMPLE]

"""Import of platforms' cost reports: every row's result first, then all rows or none."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.admin.imports import ImportPages, UploadForm
from campaigns.admin_base import signed_in_user
from campaigns.import_rows import ImportResult
from campaigns.models import Channel
from campaigns.money import InvalidCurrencyError, check_currency
from campaigns.services import record_spend
from campaigns.spend_presets import PRESETS, Defaults, LackingColumnsError, SpendSheet
from campaigns.spend_rows import FIELDS
from campaigns.spend_upload import MOST_ROWS, read_spend_file
from campaigns.spreadsheets import UnreadableTableError
from campaigns.table_import import Sheet

_EXAMPLE = {
    "platform": "twilio",
    "external_id": "INV-2030-06",
    "date": "2030-06-30",
    "amount": "128.40",
    "currency": "USD",
    "channel": "sms",
    "description": "Invoice of June",
}


class SpendUploadForm(UploadForm):
    """The report, its platform, and what its rows do not say themselves."""

    report = forms.ChoiceField(
        label="Whose report it is",
        choices=[*((slug, preset.label) for slug, preset in PRESETS.items()), ("", "Another")],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    platform = forms.CharField(
        label="Name of another platform",
        required=False,
        max_length=40,
        help_text="Such as twilio. Not needed for the reports above.",
        widget=UnfoldAdminTextInputWidget(),
    )
    currency = forms.CharField(
        required=False,
        help_text="Only where the file names none: USD",
        widget=UnfoldAdminTextInputWidget(),
    )
    channel = forms.ModelChoiceField(
        Channel.objects.all(),
        to_field_name="slug",
        required=False,
        empty_label="The report’s usual one",
        help_text="For rows that name neither a channel nor a send",
        widget=UnfoldAdminSelectWidget(),
    )
    field_order = ("file", "report", "platform", "currency", "channel")

    def clean_currency(self) -> str:
        """Return the code in capitals."""
        text: str = self.cleaned_data["currency"]
        try:
            return check_currency(text) if text else ""
        except InvalidCurrencyError as error:
            raise ValidationError(str(error)) from error

    def clean_platform(self) -> str:
        """Return the platform's name, which another report needs."""
        name: str = self.cleaned_data["platform"].strip().lower()
        if self.cleaned_data.get("report"):
            return name
        if not name:
            raise ValidationError("Name the platform, such as twilio.")
        try:
            validate_slug(name)
        except ValidationError as error:
            message = f"“{name}” is no platform name; write it like google_ads."
            raise ValidationError(message) from error
        return name

    def options(self) -> dict[str, Any]:
        """Return what rows say that do not say it themselves."""
        channel = self.cleaned_data["channel"]
        return {
            "platform": self.cleaned_data["report"] or self.cleaned_data["platform"],
            "currency": self.cleaned_data["currency"],
            "channel": channel.slug if channel else "",
        }


class SpendFiles(ImportPages):
    """The spend list's import."""

    import_title = "Import spend"
    imports_whole = True
    import_words = (
        f"Up to {MOST_ROWS:,} rows, all stored together or none.",
        "Reports of Google Ads, Meta and LinkedIn are read as they come, by campaign and day.",
        "Titles, totals, and numbers such as 1.234,50 are understood.",
        "Other files have date, external_id, amount, currency, and channel or send.",
        "The same platform, external_id and day again is an update: restate as often as you like.",
        "A negative amount is a credit note. An invoice takes the rate card’s place.",
    )

    def import_form(self, request: HttpRequest) -> UploadForm:
        """Ask whose report it is."""
        return SpendUploadForm(request.POST or None, request.FILES or None)

    def read_sheet(self, file: BytesIO, filename: str, options: dict[str, Any]) -> Sheet:
        """Return the rows as the platform's preset reads them."""
        try:
            found = read_spend_file(file, filename, Defaults(**options))
        except LackingColumnsError as error:
            raise UnreadableTableError(str(error)) from error
        return Sheet(FIELDS, found.rows, found.numbers, notes=_notes(found))

    def run_import(
        self, request: HttpRequest, sheet: Sheet, options: dict[str, Any], *, dry_run: bool
    ) -> ImportResult:
        """Record the rows."""
        user = signed_in_user(request)
        return record_spend(rows=sheet.rows, by=user, now=timezone.now(), dry_run=dry_run)

    def template_rows(self) -> Iterable[Sequence[str]]:
        """Return the columns of any platform, and an invoice."""
        return [FIELDS, [_EXAMPLE.get(name, "") for name in FIELDS]]


def _notes(found: SpendSheet) -> tuple[str, ...]:
    read_as = "by our own column names" if found.preset.slug == "generic" else found.preset.label
    notes = [f"Read as: {read_as}."]
    if found.totals:
        rows = "row of totals was" if found.totals == 1 else "rows of totals were"
        notes.append(f"{found.totals:,} {rows} left out.")
    if found.unread:
        notes.append(f"Not read: {', '.join(found.unread)}.")
    return tuple(notes)

"""The forms of the CRM pages: a connection with its write-only token, and a file import."""

from collections.abc import Mapping
from typing import Any, Final, cast

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import slugify
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanWidget,
)

from campaigns.form_fields import form_field
from crm_sync.cell_values import DATE_FORMATS
from crm_sync.column_mapping import COLUMN_LABELS, REQUIRED
from crm_sync.connections import AddressNotAllowedError, check_base_url
from crm_sync.import_preview import Preview
from crm_sync.models import Connection, Stage
from crm_sync.providers.base import PROVIDERS

LARGEST_UPLOAD: Final = 100 * 1024 * 1024
_NOT_IN_FILE: Final = "– not in this file –"


class ConnectionForm(forms.ModelForm):
    """A CRM connection. Its token goes in and never comes out."""

    base_url = forms.URLField(
        label="Address",
        required=False,
        max_length=300,
        assume_scheme="https",
        help_text="Empty: the provider’s public address",
        widget=UnfoldAdminURLInputWidget(),
    )
    token = forms.CharField(
        label="Access token",
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    signing_secret = forms.CharField(
        label="Secret the CRM signs with",
        required=False,
        widget=UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"}),
    )

    class Meta:
        model = Connection
        formfield_callback = form_field
        fields = (
            "name",
            "slug",
            "provider",
            "base_url",
            "is_active",
            "sync_minutes",
            "writes_back",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "provider" in self.fields:
            synced = [(kind, known.label) for kind, known in PROVIDERS.items() if known.path]
            cast("forms.ChoiceField", self.fields["provider"]).choices = synced
        if "signing_secret" in self.fields:
            self.fields["signing_secret"].help_text = (
                "A secret is stored, encrypted. Write a new one to replace it."
                if self.instance.hook_secret
                else "Changes then arrive within seconds. HubSpot: the client secret of the app "
                "whose webhook sends to the address shown above."
            )
        if "token" in self.fields:
            self.fields["token"].help_text = (
                "A token is stored, encrypted. Write a new one to replace it."
                if self.instance.secret
                else "Stored encrypted and never shown again. HubSpot: Settings → Integrations → "
                "Service keys."
            )

    def clean_base_url(self) -> str:
        """Refuse an address to which a token may not be sent."""
        address: str = self.cleaned_data["base_url"]
        try:
            check_base_url(address)
        except AddressNotAllowedError as error:
            raise forms.ValidationError(str(error)) from error
        return address

    def clean_sync_minutes(self) -> int:
        """Refuse a schedule that no CRM would bear."""
        minutes: int = self.cleaned_data["sync_minutes"]
        if not 1 <= minutes <= 1440:
            raise forms.ValidationError("Write a number of minutes between 1 and 1440 (a day).")
        return minutes

    def clean(self) -> dict[str, Any]:
        """Ask for a token where there is none yet."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "token" in self.fields and not cleaned.get("token") and not self.instance.secret:
            self.add_error("token", "A new connection needs its access token.")
        return cleaned


class UploadForm(forms.Form):
    """The first step of an import: which file, into which connection."""

    file = forms.FileField(
        label="Export file",
        help_text="CSV or text with a header line, as the CRM exports it. Up to 100 MB.",
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
        error_messages={"empty": "The file is empty."},
    )
    connection = forms.ModelChoiceField(
        label="Into",
        queryset=Connection.objects.filter(provider=Connection.Provider.CSV_FILE),
        required=False,
        empty_label="A new connection",
        to_field_name="slug",
        help_text="Choose the same connection for every export of the same CRM.",
        widget=UnfoldAdminSelectWidget(),
    )
    name = forms.CharField(
        label="Name of the new connection",
        required=False,
        max_length=60,
        help_text="For example “Acme export”.",
        widget=UnfoldAdminTextInputWidget(),
    )

    def clean_file(self) -> UploadedFile:
        """Refuse what is too large for a browser to send."""
        file: UploadedFile = self.cleaned_data["file"]
        if file.size is not None and file.size > LARGEST_UPLOAD:
            raise forms.ValidationError(
                "The file has more than 100 MB. Import it with “manage.py import_deals”."
            )
        return file

    def clean(self) -> dict[str, Any]:
        """Find the connection's short name, from the choice or from the new name."""
        cleaned: dict[str, Any] = super().clean() or {}
        chosen = cleaned.get("connection")
        slug = chosen.slug if chosen else slugify(cleaned.get("name", ""))[:60]
        if not slug:
            self.add_error("name", "Choose a connection or write a name for a new one.")
        elif chosen is None and Connection.objects.filter(slug=slug).exists():
            self.add_error("name", "A connection of that name exists; choose it above.")
        cleaned["slug"] = slug
        return cleaned


class MappingForm(forms.Form):
    """The second step: what the columns, dates and stages mean. Built from a preview."""

    currency = forms.CharField(
        label="Currency",
        max_length=3,
        help_text="Three letters, for rows that name none",
        widget=UnfoldAdminTextInputWidget(attrs={"size": 3}),
    )
    date_format = forms.ChoiceField(label="Dates are written like", widget=UnfoldAdminSelectWidget)
    decimal_comma = forms.BooleanField(
        label="Decimals are written with a comma (1.234,50)",
        required=False,
        widget=UnfoldBooleanWidget,
    )

    def __init__(self, preview: Preview, data: Mapping[str, Any] | None = None) -> None:
        mapping = preview.mapping
        super().__init__(
            data,
            initial={
                name: mapping.get(name) for name in ("currency", "date_format", "decimal_comma")
            },
        )
        self.preview = preview
        self._add_date_formats(mapping["date_format"])
        for name, label in COLUMN_LABELS.items():
            self._add_column(name, label, mapping["columns"].get(name, ""))
        for stage in preview.stages:
            self.fields[_stage_field(stage.name)] = forms.ChoiceField(
                label=stage.name,
                choices=Stage.Outcome.choices,
                initial=stage.outcome,
                required=False,
                help_text="1 row" if stage.row_count == 1 else f"{stage.row_count:,} rows",
                widget=UnfoldAdminSelectWidget,
            )

    def _add_date_formats(self, chosen: str) -> None:
        choices = dict(DATE_FORMATS)
        choices.setdefault(chosen, chosen)
        cast("forms.ChoiceField", self.fields["date_format"]).choices = list(choices.items())

    def _add_column(self, name: str, label: str, column: str) -> None:
        header = [text for text in self.preview.header if text]
        missing = [(column, f"{column} (not in this file)")] if column not in {"", *header} else []
        self.fields[f"column_{name}"] = forms.ChoiceField(
            label=label,
            choices=[("", _NOT_IN_FILE), *missing, *((text, text) for text in header)],
            initial=column,
            required=name in REQUIRED,
            widget=UnfoldAdminSelectWidget,
        )

    @property
    def column_fields(self) -> list[forms.BoundField]:
        """Return the fields that say where each of our columns stands."""
        return [self[f"column_{name}"] for name in COLUMN_LABELS]

    @property
    def stage_fields(self) -> list[forms.BoundField]:
        """Return the fields that say what each stage means."""
        return [self[_stage_field(stage.name)] for stage in self.preview.stages]

    @property
    def unseen_stages(self) -> list[str]:
        """Return the stages that nobody has looked at: another column was just chosen."""
        return [
            stage.name for stage in self.preview.stages if _stage_field(stage.name) not in self.data
        ]

    def mapping(self) -> dict[str, Any]:
        """Return the mapping that the form says, as `import_deals --mapping` takes it."""
        cleaned = self.cleaned_data
        columns = {name: cleaned[f"column_{name}"] for name in COLUMN_LABELS}
        stages = {
            stage.name: cleaned[_stage_field(stage.name)] or stage.outcome
            for stage in self.preview.stages
        }
        mapping = {
            "connection": self.preview.mapping["connection"],
            "columns": {name: column for name, column in columns.items() if column},
            "currency": cleaned["currency"].upper(),
            "date_format": cleaned["date_format"],
            "stages": stages,
        }
        return {**mapping, "decimal_comma": True} if cleaned["decimal_comma"] else mapping


def posted_columns(data: Mapping[str, Any]) -> dict[str, str]:
    """Return the columns that a posted mapping form chose, before it is checked."""
    chosen = {name: str(data.get(f"column_{name}", "")) for name in COLUMN_LABELS}
    return {name: column for name, column in chosen.items() if column}


def _stage_field(name: str) -> str:
    """Name a stage's field by the stage, so that it means the same whatever the others are."""
    return f"stage_{name.encode().hex()}"

"""Exports of campaigns and sends: the columns an import reads, as CSV and XLSX."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from import_export.admin import ExportMixin
from import_export.fields import Field
from import_export.formats import base_formats
from import_export.resources import Resource
from unfold.admin import ModelAdmin
from unfold.contrib.import_export.forms import ExportForm

from campaigns import campaign_import, send_sheet
from campaigns.campaign_import import campaign_as_row
from campaigns.models import Campaign, Send
from campaigns.send_sheet import send_as_row
from campaigns.spreadsheets import write_csv, write_workbook


class SheetResource(Resource):
    """Rows of text under fixed columns."""

    title = ""
    columns: tuple[str, ...] = ()

    @classmethod
    def get_display_name(cls) -> str:
        """Return what the rows are called."""
        return cls.title

    def get_export_headers(self, selected_fields: Any = None) -> list[str]:
        """Return the columns."""
        return list(self.columns)

    def get_user_visible_fields(self) -> list[Any]:
        """Return what the export's page lists."""
        return [Field(column_name=name) for name in self.columns]


class SendResource(SheetResource):
    """Sends with their messages."""

    title = "Sends"
    columns = send_sheet.COLUMNS

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        """Load what a row tells in a few queries."""
        return queryset.select_related("campaign", "channel").prefetch_related("messages")

    def export_resource(self, instance: Send, selected_fields: Any = None, **kwargs: Any) -> Any:
        """Return a send's cells."""
        row = send_as_row(instance, list(instance.messages.all()))
        return [row[name] for name in self.columns]


class CampaignResource(SheetResource):
    """Campaigns."""

    title = "Campaigns"
    columns = campaign_import.COLUMNS

    def filter_export(self, queryset: Any, **kwargs: Any) -> Any:
        """Load the owners in the same query."""
        return queryset.select_related("owner")

    def export_resource(
        self, instance: Campaign, selected_fields: Any = None, **kwargs: Any
    ) -> Any:
        """Return a campaign's cells."""
        row = campaign_as_row(instance)
        return [row[name] for name in self.columns]


class HarmlessCsv(base_formats.CSV):
    """CSV in which no text can run as a formula, marked as UTF-8 for spreadsheets."""

    def export_data(self, dataset: Any, **kwargs: Any) -> str:
        """Return the file's text."""
        return "\ufeff" + "".join(write_csv([dataset.headers, *dataset]))


class HarmlessXlsx(base_formats.XLSX):
    """XLSX in which every text is text."""

    def export_data(self, dataset: Any, **kwargs: Any) -> bytes:
        """Return the workbook."""
        return write_workbook([dataset.headers, *dataset])


class SheetExportForm(ExportForm):
    """The choice of a format, one of which is chosen already."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["format"].initial = "0"


class SheetExport(ExportMixin, ModelAdmin):
    """Export of what the list shows, filters included, for whoever may see it."""

    export_form_class = SheetExportForm
    export_template_name = "campaigns/export.html"
    import_export_change_list_template = "campaigns/change_list_files.html"

    def get_export_formats(self) -> list[Any]:
        """Offer XLSX and CSV."""
        return [HarmlessXlsx, HarmlessCsv]

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Let go out what may be seen."""
        return bool(self.has_view_permission(request))

    def get_export_filename(  # type: ignore[override]  # stubs lack two arguments
        self, request: HttpRequest, queryset: Any, file_format: Any
    ) -> str:
        """Name the file after its rows and the day."""
        name = str(self.model._meta.verbose_name_plural)
        return f"{name}-{timezone.localdate()}.{file_format.get_extension()}"

"""Import and export of sends."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from unfold.widgets import UnfoldBooleanWidget

from campaigns.admin.exports import SendResource, SheetExport
from campaigns.admin.imports import ImportPages, UploadForm
from campaigns.admin_base import signed_in_user
from campaigns.import_rows import ImportResult
from campaigns.send_import import import_sends
from campaigns.send_sheet import COLUMNS, EXAMPLE, READ_ONLY
from campaigns.table_import import Sheet, read_sheet

MOST_ROWS = 1000


class SendUploadForm(UploadForm):
    """The file, and whether campaigns it names may be made."""

    creates_campaigns = forms.BooleanField(
        label="Make campaigns that do not exist yet",
        required=False,
        help_text="Otherwise a row with an unknown campaign is refused, so that no slip of a key "
        "makes a second campaign.",
        widget=UnfoldBooleanWidget(),
    )


class SendFiles(SheetExport, ImportPages):
    """The send list's import and export."""

    resource_classes = [SendResource]
    import_title = "Import sends"
    import_columns = COLUMNS
    import_words = (
        f"Up to {MOST_ROWS:,} rows. Each passes the same checks as the form.",
        "A row finds its send by id or utm_campaign; otherwise it is a new draft.",
        "A column left out leaves its values alone; an empty cell empties them.",
        "message is the only text or version A; message_b to message_e are the others.",
        "scheduled_at without an offset is the recipients’ own time.",
        "status is never read: a send goes live through its checks only.",
    )

    def import_form(self, request: HttpRequest) -> UploadForm:
        """Offer to make campaigns to whoever may."""
        form = SendUploadForm(request.POST or None, request.FILES or None)
        if not request.user.has_perm("campaigns.add_campaign"):
            del form.fields["creates_campaigns"]
        return form

    def read_sheet(self, file: BytesIO, filename: str, options: dict[str, Any]) -> Sheet:
        """Return the rows by the columns of an export."""
        return read_sheet(file, filename, COLUMNS, most=MOST_ROWS, shown_only=READ_ONLY)

    def run_import(
        self, request: HttpRequest, sheet: Sheet, options: dict[str, Any], *, dry_run: bool
    ) -> ImportResult:
        """Send every row through the service."""
        return import_sends(
            rows=sheet.rows,
            by=signed_in_user(request),
            now=timezone.now(),
            creates_campaigns=options.get("creates_campaigns", False),
            dry_run=dry_run,
        )

    def template_rows(self) -> Iterable[Sequence[str]]:
        """Return what a new send needs, without the columns only an export has."""
        columns = [name for name in COLUMNS if name not in {"id", *READ_ONLY}]
        return [columns, [EXAMPLE.get(name, "") for name in columns]]

"""Import and export of campaigns."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django.http import HttpRequest

from campaigns.admin.exports import CampaignResource, SheetExport
from campaigns.admin.imports import ImportPages
from campaigns.admin_base import signed_in_user
from campaigns.campaign_import import COLUMNS, EXAMPLE, import_campaigns
from campaigns.import_rows import ImportResult
from campaigns.table_import import Sheet, read_sheet

MOST_ROWS = 5000


class CampaignFiles(SheetExport, ImportPages):
    """The campaign list's import and export."""

    resource_classes = [CampaignResource]
    import_title = "Import campaigns"
    import_columns = COLUMNS
    import_words = (
        f"Up to {MOST_ROWS:,} rows.",
        "A row finds its campaign by id or name; otherwise it is a new one.",
        "A column left out leaves its values alone; an empty cell empties them.",
        "owner is a user’s name. Where a new campaign names none, it is you.",
    )

    def read_sheet(self, file: BytesIO, filename: str, options: dict[str, Any]) -> Sheet:
        """Return the rows by the columns of an export."""
        return read_sheet(file, filename, COLUMNS, most=MOST_ROWS)

    def run_import(
        self, request: HttpRequest, sheet: Sheet, options: dict[str, Any], *, dry_run: bool
    ) -> ImportResult:
        """Send every row through the service."""
        return import_campaigns(rows=sheet.rows, by=signed_in_user(request), dry_run=dry_run)

    def template_rows(self) -> Iterable[Sequence[str]]:
        """Return what a new campaign may say, but for its owner."""
        columns = [name for name in COLUMNS if name not in {"id", "owner"}]
        return [columns, [EXAMPLE.get(name, "") for name in columns]]

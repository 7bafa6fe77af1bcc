"""YOURLS: its table of links as CSV, or the file of the plugin “Import Export”. Pure."""

from campaigns.import_rows import RawRow
from links.shortener_exports.export_rows import ExportReader, filled, first_of


def _read(row: RawRow) -> dict[str, str]:
    return filled(
        {
            "code": first_of(row, "keyword", "source").strip("/"),
            "destination_url": first_of(row, "url", "target"),
            "title": first_of(row, "title")[:120],
            "created_at": first_of(row, "timestamp"),
        }
    )


READER = ExportReader(
    name="yourls",
    label="YOURLS",
    signs=(frozenset({"keyword", "url"}), frozenset({"source", "target", "hits"})),
    columns=("keyword", "source", "url", "target", "title", "timestamp"),
    read=_read,
    notes=("Clicks and addresses of visitors stay with YOURLS.",),
)

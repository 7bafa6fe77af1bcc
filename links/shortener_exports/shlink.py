"""Shlink: the CSV export of its web client, the CSV it imports, or its API's answer. Pure."""

from campaigns.import_rows import RawRow
from links.shortener_exports.export_rows import ExportReader, filled, first_of, split_address


def _read(row: RawRow) -> dict[str, str]:
    host, code = split_address(first_of(row, "shorturl"))
    return filled(
        {
            "domain": first_of(row, "domain") or host,
            "code": first_of(row, "shortcode") or code,
            "destination_url": first_of(row, "longurl"),
            "title": first_of(row, "title")[:120],
            "tags": first_of(row, "tags"),
            "created_at": first_of(row, "createdat", "datecreated"),
        }
    )


READER = ExportReader(
    name="shlink",
    label="Shlink",
    signs=(frozenset({"shortcode", "longurl"}), frozenset({"shorturl", "longurl"})),
    columns=(
        "shorturl",
        "shortcode",
        "domain",
        "longurl",
        "title",
        "tags",
        "createdat",
        "datecreated",
    ),
    read=_read,
    notes=("Visits, redirect rules and limits stay with Shlink.",),
)

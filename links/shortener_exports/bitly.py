"""Bitly: a list of links as CSV, or what its API answers for a group's bitlinks. Pure.

Bitly's columns differ by plan and are not documented; those that are read here were seen in
files. Of an API's answer the first custom back-half on a domain of one's own counts, else `link`.
"""

from campaigns.import_rows import RawRow
from links.shortener_exports.export_rows import (
    ExportReader,
    filled,
    first_of,
    is_set,
    split_address,
)


def _read(row: RawRow) -> dict[str, str]:
    custom = first_of(row, "custom_bitlinks", "custom_bitlink").split("|")[0]
    host, code = split_address(custom or first_of(row, "bitlink", "short_link", "link", "id"))
    return filled(
        {
            "domain": host,
            "code": code,
            "destination_url": first_of(row, "long_url", "original_url", "destination"),
            "title": first_of(row, "title")[:120],
            "tags": first_of(row, "tags"),
            "created_at": first_of(row, "created_at", "created", "date_created", "created_date"),
            "is_archived": "yes" if is_set(row, "archived") else "",
        }
    )


READER = ExportReader(
    name="bitly",
    label="Bitly",
    signs=tuple(
        frozenset({short, long})
        for short in ("bitlink", "link", "custom_bitlink")
        for long in ("long_url", "original_url")
    ),
    columns=(
        "bitlink",
        "short_link",
        "link",
        "id",
        "custom_bitlink",
        "custom_bitlinks",
        "long_url",
        "original_url",
        "destination",
        "title",
        "tags",
        "created_at",
        "created",
        "date_created",
        "created_date",
        "archived",
    ),
    read=_read,
    notes=("Clicks, campaigns and deep links stay with Bitly.",),
)

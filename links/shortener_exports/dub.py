"""Dub: its CSV export with columns named for people, or links as its API answers them. Pure."""

from campaigns.import_rows import RawRow
from links.destinations import UTM_KEYS
from links.shortener_exports.export_rows import (
    PROTECTED,
    ExportReader,
    filled,
    first_of,
    is_set,
    split_address,
)


def _read(row: RawRow) -> dict[str, str]:
    host, code = split_address(first_of(row, "short_link", "shortlink"))
    return filled(
        {
            "domain": first_of(row, "domain") or host,
            "code": first_of(row, "key") or code,
            "destination_url": first_of(row, "destination_url", "url"),
            "title": first_of(row, "title", "description", "comments")[:120],
            "tags": first_of(row, "tags"),
            "created_at": first_of(row, "created_at", "createdat"),
            "expires_at": first_of(row, "expires_at", "expiresat"),
            "fallback_url": first_of(row, "expiredurl", "expired_url"),
            "is_archived": "yes" if is_set(row, "archived") else "",
            "refusal": PROTECTED if is_set(row, "password") else "",
            **{key: first_of(row, key) for key in UTM_KEYS},
        }
    )


READER = ExportReader(
    name="dub",
    label="Dub",
    signs=(frozenset({"short_link", "destination_url"}), frozenset({"shortlink", "key", "url"})),
    columns=(
        "short_link",
        "shortlink",
        "domain",
        "key",
        "destination_url",
        "url",
        "title",
        "description",
        "comments",
        "tags",
        "created_at",
        "createdat",
        "expires_at",
        "expiresat",
        "expired_url",
        "expiredurl",
        "archived",
        "password",
        *UTM_KEYS,
    ),
    read=_read,
    notes=(
        "Clicks, folders, partners and targets by device or country stay with Dub.",
        "Dub takes capital and small letters of a code for the same; here they differ.",
    ),
)

"""Kutt: it has no export of its own; its API's answer or its table of links are read. Pure."""

from campaigns.import_rows import RawRow
from links.shortener_exports.export_rows import (
    PROTECTED,
    ExportReader,
    filled,
    first_of,
    is_set,
    split_address,
)

_BANNED = "It is banned in Kutt, so it is not brought back to life here."


def _read(row: RawRow) -> dict[str, str]:
    host, _ = split_address(first_of(row, "link"))
    refusals = [
        reason
        for column, reason in (("password", PROTECTED), ("banned", _BANNED))
        if is_set(row, column)
    ]
    return filled(
        {
            "domain": host,
            "code": first_of(row, "address"),
            "destination_url": first_of(row, "target"),
            "title": first_of(row, "description")[:120],
            "created_at": first_of(row, "created_at"),
            "expires_at": first_of(row, "expire_in"),
            "refusal": " ".join(refusals),
        }
    )


READER = ExportReader(
    name="kutt",
    label="Kutt",
    signs=(frozenset({"address", "target"}),),
    columns=(
        "link",
        "address",
        "target",
        "description",
        "created_at",
        "expire_in",
        "password",
        "banned",
    ),
    read=_read,
    notes=("Visits stay with Kutt.",),
)

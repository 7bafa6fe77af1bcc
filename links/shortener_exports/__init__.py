"""Exports of other shorteners, read as rows of new links that keep their codes."""

from collections.abc import Collection

from links.shortener_exports import bitly, dub, kutt, shlink, yourls
from links.shortener_exports.export_rows import ExportReader

READERS: tuple[ExportReader, ...] = (
    dub.READER,
    bitly.READER,
    shlink.READER,
    yourls.READER,
    kutt.READER,
)


def reader_of(names: Collection[str]) -> ExportReader | None:
    """Return whose export has these columns, in lower case and with _ for blanks."""
    return next((reader for reader in READERS if reader.knows(names)), None)

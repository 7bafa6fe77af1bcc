"""A file of links to be made: a table of our columns, or another shortener's export."""

from io import BytesIO
from typing import IO, Final

from campaigns.spreadsheets import UnreadableTableError, read_table, write_csv
from campaigns.table_import import Sheet, read_sheet
from links.link_import import CARRIED, COLUMNS
from links.shortener_exports import READERS, reader_of
from links.shortener_exports.export_rows import ExportReader
from links.shortener_exports.json_tables import is_json, json_rows

MOST_ROWS: Final = 5_000
LABELS: Final = dict(sorted((reader.name, reader.label) for reader in READERS))


def read_link_file(file: IO[bytes], filename: str) -> Sheet:
    """Return a file's rows by our columns, whoever wrote it; notes say whose it is.

    Raises:
        UnreadableTableError: no table, too many rows, or columns of nobody known.
    """
    content = _as_table(file)
    names = ["_".join(cell.lower().split()) for cell in read_table(content, filename).header]
    content.seek(0)
    reader = reader_of(names)
    if reader is not None:
        return _export(read_sheet(content, filename, reader.columns, most=MOST_ROWS), reader)
    if "destination_url" not in names:
        raise UnreadableTableError(
            "No column is called destination_url, and the columns are not those of an export of "
            f"{', '.join(LABELS.values())}. The first row names the columns."
        )
    return read_sheet(content, filename, (*COLUMNS, *CARRIED), most=MOST_ROWS)


def _as_table(file: IO[bytes]) -> BytesIO:
    content = file.read()
    if not is_json(content[:64]):
        return BytesIO(content)
    return BytesIO("".join(write_csv(json_rows(content))).encode())


def _export(sheet: Sheet, reader: ExportReader) -> Sheet:
    rows = tuple({**reader.read(row), "imported_from": reader.name} for row in sheet.rows)
    notes = (f"Read as an export of {reader.label}; every link keeps its code.", *reader.notes)
    return Sheet((*COLUMNS, *CARRIED), rows, sheet.numbers, notes=notes)

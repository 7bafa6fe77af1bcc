"""A platform's cost report as a file: CSV, UTF-16 TSV or XLSX, title lines and totals and all."""

from itertools import islice
from typing import IO, Final

from campaigns.spend_presets import Defaults, SpendSheet, read_spend
from campaigns.spreadsheets import UnreadableTableError, read_table

MOST_ROWS: Final = 10_000


def read_spend_file(file: IO[bytes], filename: str, defaults: Defaults) -> SpendSheet:
    """Return the rows of a report.

    Raises:
        UnreadableTableError: it is no table, or has too many rows.
        LackingColumnsError: no row near the top names the columns.
    """
    table = read_table(file, filename)
    rows = [table.header_row, *islice(table.numbered_rows, MOST_ROWS + 1)]
    if len(rows) > MOST_ROWS + 1:
        raise UnreadableTableError(
            f"The file has more than {MOST_ROWS:,} rows. Split it by month, say."
        )
    return read_spend(rows, defaults)

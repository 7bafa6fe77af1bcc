"""One person of an uploaded audience: as a row of any file, and as a line between two passes. Pure.

A line is what `AudienceRow.line` writes: the row's number and the person's four values with tabs
between, so that a checkpoint in a file of lines is an offset in bytes.
"""

import re
from typing import Final, NamedTuple

from campaigns.phone_numbers import normalise_phone

LONGEST: Final = {"email": 254, "external_id": 120, "name": 120}
_LONGEST_READ: Final = 500
_ROUNDED: Final = re.compile(r"\d[.,]\d+E\+\d+", re.IGNORECASE)


class RowRefusedError(ValueError):
    """The row cannot become a recipient; the message says why."""


class AudienceRow(NamedTuple):
    """A row as it was read. `number` is what the file's own program calls it."""

    number: int
    phone: str
    email: str = ""
    external_id: str = ""
    name: str = ""

    def line(self) -> bytes:
        """Return the row as one line."""
        values = (" ".join(value.split())[:_LONGEST_READ] for value in self[1:])
        text = "\t".join((str(self.number), *values)).replace("\0", "")
        return f"{text}\n".encode(errors="replace")


def row_of_line(line: bytes) -> AudienceRow:
    """Return the row that `AudienceRow.line` wrote."""
    number, phone, email, external_id, name = line.decode()[:-1].split("\t")
    return AudienceRow(int(number), phone, email, external_id, name)


def checked(row: AudienceRow) -> AudienceRow:
    """Return the row with its number in E.164 and its e-mail in lower case.

    Raises:
        RowRefusedError: a value is too long, or the e-mail is none.
        InvalidPhoneError: the phone number is none.
    """
    if _ROUNDED.fullmatch(row.phone):
        raise RowRefusedError(
            f"“{row.phone}” is a number that a spreadsheet shortened: format the column as text, "
            "then fill in the numbers again."
        )
    phone = normalise_phone(row.phone)
    for name, longest in LONGEST.items():
        if len(getattr(row, name)) > longest:
            raise RowRefusedError(f"{name} is longer than {longest} characters.")
    if row.email and "@" not in row.email:
        raise RowRefusedError(f"“{row.email[:40]}” is not an e-mail address.")
    return AudienceRow(row.number, phone, row.email.lower(), row.external_id, row.name)

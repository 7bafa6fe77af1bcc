"""Which column of an audience file holds what, in the spellings people's tools use. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from links.audience_rows import AudienceRow

SPELLINGS: Final[Mapping[str, Sequence[str]]] = {
    "phone": (
        "phone", "mobile_phone_number", "mobile_phone", "mobile_number", "mobile", "cell_phone",
        "cell_number", "cellphone", "cell", "msisdn", "sms_number", "phone_number", "phonenumber",
        "phone_no", "telephone", "telephone_number", "tel", "contact_number", "number", "to",
        "recipient", "handy", "mobil", "telefon",
    ),
    "email": ("email", "e_mail", "email_address", "e_mail_address", "emailaddress", "mail"),
    "external_id": (
        "external_id", "crm_id", "contact_id", "lead_id", "person_id", "record_id", "customer_id",
        "user_id", "hs_object_id", "vid", "id",
    ),
    "name": ("name", "full_name", "fullname", "contact_name", "person_name", "display_name"),
    "first_name": ("first_name", "firstname", "given_name", "forename"),
    "last_name": ("last_name", "lastname", "surname", "family_name"),
}  # fmt: skip
"""Of several columns for one thing the first in this order counts that is not empty."""

_NO_WORD: Final = re.compile(r"[^a-z0-9]+")
_DIGITS: Final = re.compile(r"\+?[\d\s().-]{7,}")


class AudienceFileError(ValueError):
    """The file as a whole cannot be read as an audience; the message says why."""


def plain(name: str) -> str:
    """Return a column's name without case, blanks and signs: `Mobile Phone #` is `mobile_phone`."""
    return _NO_WORD.sub("_", name.lower()).strip("_")


def find_columns(header: Sequence[str]) -> dict[str, list[int]]:
    """Return the places of the columns that are known, the likelier first.

    Raises:
        AudienceFileError: there is none for the phone number.
    """
    names = [plain(name) for name in header]
    found = {
        column: [place for spelling in spellings for place in _places(names, spelling)]
        for column, spellings in SPELLINGS.items()
    }
    if not found["phone"]:
        raise AudienceFileError(_no_phone(header))
    return found


def row_of_cells(number: int, cells: Sequence[str], places: Mapping[str, list[int]]) -> AudienceRow:
    """Return a table's row."""
    return _row(number, {column: _first(cells, at) for column, at in places.items()})


def row_of_values(number: int, values: Mapping[str, str]) -> AudienceRow:
    """Return the row of an object whose keys are spelt like columns."""
    known = {plain(name): value for name, value in values.items()}
    return _row(
        number,
        {
            column: next((known[name] for name in spellings if known.get(name)), "")
            for column, spellings in SPELLINGS.items()
        },
    )


def _row(number: int, values: Mapping[str, str]) -> AudienceRow:
    name = values["name"] or " ".join(filter(None, (values["first_name"], values["last_name"])))
    return AudienceRow(number, values["phone"], values["email"], values["external_id"], name)


def _places(names: Iterable[str], spelling: str) -> list[int]:
    return [place for place, name in enumerate(names) if name == spelling]


def _first(cells: Sequence[str], places: Iterable[int]) -> str:
    for place in places:
        if place < len(cells) and cells[place]:
            return cells[place]
    return ""


def _no_phone(header: Sequence[str]) -> str:
    names = [name.strip() for name in header if name.strip()]
    if any(_DIGITS.fullmatch(name) for name in names):
        return (
            "The first row seems to be a person already. Put a row above it that names the "
            "columns, such as: phone, email, name."
        )
    found = ", ".join(f"“{name[:40]}”" for name in names[:12]) or "nothing"
    more = f" and {len(names) - 12} more" if len(names) > 12 else ""
    return (
        f"No column is known to hold phone numbers. Name one of them “phone”. "
        f"The first row names {found}{more}."
    )

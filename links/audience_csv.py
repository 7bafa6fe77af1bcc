"""Reads an audience file: CSV with a heading, in the spellings people's tools use. Pure."""

import csv
from collections.abc import Iterable, Iterator

COLUMNS = {
    "phone": {"phone", "phone_number", "mobile", "mobile_phone", "cell", "msisdn", "to"},
    "email": {"email", "e_mail", "email_address"},
    "external_id": {"external_id", "crm_id", "contact_id", "id"},
    "name": {"name", "full_name", "contact_name"},
}


class AudienceFileError(ValueError):
    """The file as a whole cannot be read as an audience; the message says why."""


def read_rows(lines: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yield rows with the keys of `COLUMNS`; separators `,` `;` tab, a byte order mark is fine.

    Raises:
        AudienceFileError: empty, no phone column, or a row the CSV reader cannot take.
    """
    source = iter(lines)
    heading = next(source, "").removeprefix("\ufeff")
    separator = max(",;\t", key=heading.count)
    names = next(csv.reader([heading], delimiter=separator), [])
    places = _places(names)
    reader = csv.reader((line.replace("\0", "") for line in source), delimiter=separator)
    try:
        for values in reader:
            if any(value.strip() for value in values):
                yield {name: values[place] for name, place in places.items() if place < len(values)}
    except csv.Error as error:
        raise AudienceFileError(f"Line {reader.line_num + 1} cannot be read: {error}.") from error


def _places(names: list[str]) -> dict[str, int]:
    plain = [name.strip().lower().replace(" ", "_").replace("-", "_") for name in names]
    places = {}
    for column, spellings in COLUMNS.items():
        found = [place for place, name in enumerate(plain) if name in spellings]
        if found:
            places[column] = found[0]
    if "phone" not in places:
        raise AudienceFileError(
            "The first line must name a column “phone”; it names "
            f"{', '.join(name.strip() for name in names if name.strip())[:200] or 'nothing'}."
        )
    return places

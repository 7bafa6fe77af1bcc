"""How the columns of a deal export become deals: the mapping and its rules. Pure.

The mapping is what the admin form saves and `import_deals --mapping` reads: see
docs/import-deals.md.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from typing import Any, Final, Literal

from campaigns.money import InvalidCurrencyError, check_currency
from crm_sync.cell_values import CellError, example_of, read_date

Outcome = Literal["open", "won", "lost"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("open", "won", "lost")

COLUMN_LABELS: Final = {
    "external_id": "Deal id",
    "stage": "Stage",
    "name": "Deal name",
    "company": "Company",
    "amount": "Value",
    "currency": "Currency",
    "created_at": "Created on",
    "closed_at": "Closed on",
    "stage_entered_at": "Entered its stage on",
    "contacts": "Contacts’ e-mail addresses",
    "owner": "Owner",
    "lead_source": "Lead source",
}
REQUIRED: Final = ("external_id", "stage")
_KEYS: Final = frozenset(
    {"connection", "columns", "currency", "date_format", "stages", "decimal_comma", "delimiter"}
)
_SLUG_CHARACTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
ID_LENGTH: Final = 120
"""How long a deal id or a stage's name may be."""


class InvalidMappingError(ValueError):
    """The mapping breaks rules; `problems` lists every one of them."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = list(problems)


class MissingColumnsError(ValueError):
    """The mapping names columns which the file does not have, or has twice."""

    def __init__(self, wrong: Mapping[str, str], header: Sequence[str]) -> None:
        named = ", ".join(f"“{column}” (for {field})" for field, column in wrong.items())
        super().__init__(
            f"The file has no single column {named}. Its columns are: {', '.join(header)}."
        )
        self.wrong = dict(wrong)
        self.header = list(header)


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """A checked mapping. `columns` is our name → the file's, `stages` its text → what it means."""

    connection: str
    columns: Mapping[str, str]
    currency: str
    date_format: str
    stages: Mapping[str, Outcome]
    has_decimal_comma: bool = False
    delimiter: str = ""


@dataclass(slots=True)
class _Reading:
    """A mapping being checked: what is wrong so far."""

    data: Mapping[str, Any]
    problems: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        value = self.data.get(name, "")
        if not isinstance(value, str) or not value.strip():
            self.problems.append(f"“{name}” is missing; it must be a text.")
            return ""
        return value.strip()

    def texts(self, name: str) -> dict[str, str]:
        value = self.data.get(name)
        if (
            not isinstance(value, dict)
            or not value
            or not all(isinstance(part, str) for part in value.values())
        ):
            self.problems.append(f"“{name}” is missing; it must be an object of texts.")
            return {}
        return {key: text for key, text in value.items() if text}


def read_mapping(data: object) -> ColumnMapping:
    """Check a mapping as it comes from JSON.

    Raises:
        InvalidMappingError: with every rule it breaks, not only the first.
    """
    if not isinstance(data, dict):
        raise InvalidMappingError(["The mapping must be a JSON object."])
    reading = _Reading(data)
    unknown = sorted(set(data) - _KEYS)
    if unknown:
        reading.problems.append(
            f"Unknown: {', '.join(unknown)}. Known are {', '.join(sorted(_KEYS))}."
        )
    mapping = ColumnMapping(
        connection=_connection(reading),
        columns=_columns(reading),
        currency=_currency(reading),
        date_format=_date_format(reading),
        stages=_stages(reading),
        has_decimal_comma=data.get("decimal_comma") is True,
        delimiter=str(data.get("delimiter", "")),
    )
    if reading.problems:
        raise InvalidMappingError(reading.problems)
    return mapping


def _connection(reading: _Reading) -> str:
    slug = reading.text("connection")
    if not set(slug) <= _SLUG_CHARACTERS or len(slug) > 60:
        reading.problems.append(
            f"“connection” is “{slug}”; write up to 60 lower-case letters, digits and hyphens."
        )
    return slug


def _columns(reading: _Reading) -> dict[str, str]:
    columns = reading.texts("columns") if reading.data.get("columns") != {} else {}
    unknown = sorted(set(columns) - set(COLUMN_LABELS))
    if unknown:
        reading.problems.append(
            f"“columns” names {', '.join(unknown)}; known are {', '.join(COLUMN_LABELS)}."
        )
    missing = [name for name in REQUIRED if name not in columns]
    if missing and isinstance(reading.data.get("columns"), dict):
        reading.problems.append(f"“columns” must say where {' and '.join(missing)} stands.")
    return columns


def _currency(reading: _Reading) -> str:
    text = reading.text("currency")
    try:
        return check_currency(text) if text else ""
    except InvalidCurrencyError as error:
        reading.problems.append(str(error))
        return ""


def _date_format(reading: _Reading) -> str:
    """Any strptime format that gives back the date it wrote will do, or `iso`."""
    text = reading.text("date_format")
    if not text:
        return ""
    try:
        moment = read_date(example_of(text), text, UTC)
    except (CellError, ValueError):
        moment = None
    if moment is None or (moment.year, moment.month, moment.day) != (2026, 3, 31):
        reading.problems.append(f"“date_format” is “{text}”; write it like %m/%d/%Y, or iso.")
    return text


def _stages(reading: _Reading) -> dict[str, Outcome]:
    stages: dict[str, Outcome] = {}
    for text, outcome in reading.texts("stages").items():
        known = next((known for known in OUTCOMES if known == outcome), None)
        if known is None:
            reading.problems.append(
                f"“stages” says that “{text}” means “{outcome}”; it can mean open, won or lost."
            )
        elif not text.strip() or len(text) > ID_LENGTH:
            reading.problems.append("A stage’s name in “stages” has 1 to 120 characters.")
        else:
            stages[text.strip()] = known
    return stages


def check_columns(mapping: ColumnMapping, header: Sequence[str]) -> None:
    """Check that the file has every column the mapping names, once.

    Raises:
        MissingColumnsError: with the columns that the file has.
    """
    wrong = {name: column for name, column in mapping.columns.items() if header.count(column) != 1}
    if wrong:
        raise MissingColumnsError(wrong, header)

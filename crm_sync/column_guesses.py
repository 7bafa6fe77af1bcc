"""What an unknown export probably means: its columns, its date format, its stages. Pure.

Guesses only fill in a form; a person looks at the preview before anything is imported.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final

from crm_sync.cell_values import DATE_FORMATS, CellError, read_amount, read_date
from crm_sync.column_mapping import Outcome

# Headers of the exports of HubSpot, Salesforce, Pipedrive and of hand-made sheets, best first.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "external_id": (
        "opportunityid", "dealid", "recordid", "externalid", "hsobjectid", "id", "dealnumber",
    ),
    "stage": ("dealstage", "stage", "stagename", "status", "opportunitystage", "pipelinestage"),
    "name": ("dealname", "opportunityname", "name", "title", "dealtitle", "deal", "opportunity"),
    "company": (
        "account", "accountname", "company", "companyname", "organization", "organisation",
        "customer", "associatedcompany", "client",
    ),
    "amount": (
        "closevalue", "amount", "dealvalue", "value", "amountincompanycurrency", "dealamount",
        "revenue", "price", "total",
    ),
    "currency": ("currency", "currencycode", "currencyisocode", "dealcurrency"),
    "created_at": (
        "createdate", "createdat", "createddate", "created", "engagedate", "dealcreated",
        "creationdate", "opendate", "dateopened",
    ),
    "closed_at": (
        "closedate", "closedat", "closeddate", "closed", "wontime", "dateclosed", "closingdate",
    ),
    "stage_entered_at": (
        "stageenteredat", "laststagechangedate", "stagechangedate", "stagedate", "dateentered",
    ),
    "contacts": (
        "contactemail", "contactemails", "contacts", "contact", "email", "emails", "emailaddress",
        "associatedcontactemails",
    ),
    "owner": ("dealowner", "opportunityowner", "owner", "salesagent", "salesrep", "assignedto"),
    "lead_source": ("leadsource", "source", "originalsource", "originalsourcetype"),
}  # fmt: skip

_WON: Final = frozenset({"won", "closedwon", "win", "sold", "signed", "converted", "booked"})
_LOST: Final = frozenset(
    {"lost", "closedlost", "loss", "cancelled", "canceled", "rejected", "abandoned", "dead"}
)


@dataclass(frozen=True, slots=True)
class DateGuess:
    """The formats that fit most dates seen, best first; more than one is an open question."""

    formats: tuple[str, ...]

    @property
    def best(self) -> str:
        """Return the format to begin with, or nothing where none fits."""
        return self.formats[0] if self.formats else ""

    @property
    def is_open_question(self) -> bool:
        """Tell whether day and month could be swapped: 03/04/2026 says nothing."""
        return len(self.formats) > 1


def guess_columns(header: Sequence[str]) -> dict[str, str]:
    """Return our name → the file's column, each column used once."""
    columns = {_plain(column): column for column in reversed(header) if column}
    guessed: dict[str, str] = {}
    for name, candidates in _NAMES.items():
        found = next((columns[text] for text in candidates if text in columns), None)
        if found is not None and found not in guessed.values():
            guessed[name] = found
    return guessed


def guess_date_format(values: Iterable[str]) -> DateGuess:
    """Return the formats that read the most values: a broken date must not hide the right one."""
    seen = {value.strip() for value in values if value.strip()}
    counts = {name: sum(_reads(name, value) for value in seen) for name in DATE_FORMATS}
    most = max(counts.values())
    return DateGuess(tuple(name for name, count in counts.items() if count == most and most))


def _reads(date_format: str, value: str) -> bool:
    try:
        read_date(value, date_format, UTC)
    except CellError:
        return False
    return True


def guess_decimal_comma(values: Iterable[str], currency: str) -> bool:
    """Tell whether more amounts can be read with a decimal comma than with a point."""
    seen = {value.strip() for value in values if value.strip()}
    points, commas = (
        sum(_is_amount(value, currency, has_comma=has_comma) for value in seen)
        for has_comma in (False, True)
    )
    return commas > points


def _is_amount(value: str, currency: str, *, has_comma: bool) -> bool:
    try:
        read_amount(value, currency, has_decimal_comma=has_comma)
    except CellError:
        return False
    return True


def guess_outcome(stage: str) -> Outcome:
    """Return what a stage's name says: won, lost, or else open."""
    words = {*re.findall(r"[a-z]+", stage.casefold()), _plain(stage)}
    if words & _LOST:
        return "lost"
    return "won" if words & _WON else "open"


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.casefold())

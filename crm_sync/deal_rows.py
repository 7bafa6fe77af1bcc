"""One row of a deal export as it is understood, or the rule it breaks. Pure."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from campaigns.money import InvalidCurrencyError, check_currency
from crm_sync.cell_values import CellError, read_amount, read_date, read_emails
from crm_sync.column_mapping import ID_LENGTH, ColumnMapping, Outcome

_DATES: Final = ("created_at", "closed_at", "stage_entered_at")


class RowError(ValueError):
    """A row that cannot be taken; `code` names the rule, `column` and `value` where it broke."""

    def __init__(self, code: str, message: str, *, column: str = "", value: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.column = column
        self.value = value


@dataclass(frozen=True, slots=True)
class DealRow:
    """A row as it was understood. `contacts` is None where the mapping names no such column."""

    external_id: str
    stage: str
    outcome: Outcome
    name: str
    company: str
    amount_minor: int | None
    currency: str
    created_at: datetime | None = None
    closed_at: datetime | None = None
    stage_entered_at: datetime | None = None
    contacts: tuple[str, ...] | None = None
    owner: str = ""
    lead_source: str = ""


def read_row_once(
    mapping: ColumnMapping,
    cells: Mapping[str, str],
    zone: tzinfo,
    *,
    line: int,
    broken: str,
    lines: dict[str, int],
) -> DealRow:
    """Understand a row of a whole file, whose deals so far stand in `lines` by id.

    `broken` says why the row could not be cut into cells. The first line of a deal wins.

    Raises:
        RowError: the first rule the row breaks.
    """
    if broken:
        raise RowError("broken-row", broken)
    row = read_row(mapping, cells, zone)
    earlier = lines.setdefault(row.external_id, line)
    if earlier != line:
        raise RowError(
            "duplicate-row",
            f"The deal “{row.external_id}” stands in line {earlier} already; that one is taken.",
            column=mapping.columns["external_id"],
            value=row.external_id,
        )
    return row


def read_row(mapping: ColumnMapping, cells: Mapping[str, str], zone: tzinfo) -> DealRow:
    """Understand one row, given by column name. A date alone begins in `zone`.

    Raises:
        RowError: the first rule the row breaks.
    """

    def cell(name: str) -> str:
        return cells[mapping.columns[name]].strip() if name in mapping.columns else ""

    external_id, stage = _identity_of(mapping, cell("external_id"), cell("stage"))
    currency = _row_currency(mapping, cell("currency"))
    dates = {name: _row_date(mapping, name, cell(name), zone) for name in _DATES}
    company = cell("company")
    return DealRow(
        external_id=external_id,
        stage=stage,
        outcome=mapping.stages[stage],
        name=cell("name") or (f"{company} ({external_id})" if company else f"Deal {external_id}"),
        company=company,
        amount_minor=_row_amount(mapping, cell("amount"), currency),
        currency=currency,
        contacts=_row_contacts(mapping, cell("contacts")),
        owner=cell("owner"),
        lead_source=cell("lead_source"),
        **dates,
    )


def _identity_of(mapping: ColumnMapping, external_id: str, stage: str) -> tuple[str, str]:
    if not external_id or len(external_id) > ID_LENGTH:
        raise RowError(
            "no-id",
            "The row has no deal id."
            if not external_id
            else f"The deal id “{external_id[:40]}…” has more than {ID_LENGTH} characters.",
            column=mapping.columns["external_id"],
            value=external_id,
        )
    if stage not in mapping.stages:
        raise RowError(
            "unknown-stage",
            f"The stage “{stage}” is not mapped; known are {', '.join(mapping.stages)}."
            if stage
            else "The row has no stage.",
            column=mapping.columns["stage"],
            value=stage,
        )
    return external_id, stage


def _row_currency(mapping: ColumnMapping, text: str) -> str:
    with _named("bad-currency", mapping, "currency", text):
        return check_currency(text) if text else mapping.currency


def _row_date(mapping: ColumnMapping, name: str, text: str, zone: tzinfo) -> datetime | None:
    with _named("bad-date", mapping, name, text):
        return read_date(text, mapping.date_format, zone)


def _row_amount(mapping: ColumnMapping, text: str, currency: str) -> int | None:
    with _named("bad-amount", mapping, "amount", text):
        return read_amount(text, currency, has_decimal_comma=mapping.has_decimal_comma)


def _row_contacts(mapping: ColumnMapping, text: str) -> tuple[str, ...] | None:
    with _named("bad-contact", mapping, "contacts", text):
        return read_emails(text) if "contacts" in mapping.columns else None


@contextmanager
def _named(code: str, mapping: ColumnMapping, name: str, text: str) -> Iterator[None]:
    """Turn what is wrong with a cell into what is wrong with its row."""
    try:
        yield
    except (CellError, InvalidCurrencyError) as error:
        column = mapping.columns[name]
        raise RowError(code, f"{column}: {error}", column=column, value=text) from None

"""A row of refunds as people and finance systems write it, turned into a refund or into errors."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Final

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_default_timezone, is_aware

from campaigns.import_rows import (
    RawRow,
    RowError,
    RowRefusedError,
    ids_among,
    read_fields,
    text_of,
)
from campaigns.money import InvalidAmountError, InvalidCurrencyError, check_currency, parse_amount
from crm_sync.models import Connection, Deal, DealRefund

FIELDS: Final = (
    "connection", "deal", "external_id", "amount", "currency", "refunded_at", "reason",
)  # fmt: skip
_LONGEST: Final = 120


@dataclass(frozen=True, slots=True)
class Known:
    """The deals that rows name: by connection and id in the CRM, and by our own id."""

    connections: dict[str, Connection] = field(default_factory=dict)
    by_external_id: dict[tuple[str, str], Deal] = field(default_factory=dict)
    by_id: dict[str, Deal] = field(default_factory=dict)


def load_known(rows: Iterable[RawRow]) -> Known:
    """Load the connections, and the deals that the rows mention. Two queries."""
    named = {text for row in rows if (text := text_of(row, "deal")) and "\0" not in text}
    known = Known(connections={one.slug: one for one in Connection.objects.all()})
    slugs = {one.pk: slug for slug, one in known.connections.items()}
    for deal in Deal.objects.filter(Q(external_id__in=named) | Q(pk__in=ids_among(named))):
        known.by_external_id[slugs[deal.connection_id], deal.external_id] = deal
        known.by_id[str(deal.pk)] = deal
    return known


def read_row(row: RawRow, known: Known) -> tuple[DealRefund | None, list[RowError]]:
    """Return the refund a row states, or everything that is wrong in it."""
    refund = DealRefund()
    errors = read_fields(row, (partial(read, row, known, refund) for read in _READERS))
    return (None, errors) if errors else (refund, [])


def _read_deal(row: RawRow, known: Known, refund: DealRefund) -> None:
    slug, name = text_of(row, "connection"), text_of(row, "deal")
    if not name:
        raise RowRefusedError("deal", "required", "deal is empty; name the deal’s id in the CRM.")
    deal = known.by_id.get(name.lower())
    if deal is None:
        if not slug and len(known.connections) == 1:
            slug = next(iter(known.connections))
        if slug not in known.connections:
            raise RowRefusedError("connection", *_which_connection(slug, known))
        deal = known.by_external_id.get((slug, name))
    if deal is None:
        message = f"No deal “{name[:40]}” is known in {known.connections[slug]}. Import it first."
        raise RowRefusedError("deal", "not-found", message)
    refund.deal, refund.connection_id, refund.currency = deal, deal.connection_id, deal.currency


def _which_connection(slug: str, known: Known) -> tuple[str, str]:
    names = ", ".join(sorted(known.connections)) or "none exists yet"
    if not slug:
        return "required", f"connection is empty; name one of: {names}."
    return "not-found", f"No connection has the short name “{slug[:40]}”; there are: {names}."


def _read_external_id(row: RawRow, known: Known, refund: DealRefund) -> None:
    refund.external_id = text_of(row, "external_id")
    if not refund.external_id:
        message = "external_id is empty; give the refund’s own number, so that it counts once."
        raise RowRefusedError("external_id", "required", message)
    if len(refund.external_id) > _LONGEST or "\0" in refund.external_id:
        message = f"external_id may have {_LONGEST} characters."
        raise RowRefusedError("external_id", "too-long", message)


def _read_money(row: RawRow, known: Known, refund: DealRefund) -> None:
    """Read the amount in the row's currency, or else the deal's."""
    text = text_of(row, "currency") or refund.currency
    if not text:
        return  # without a deal, which is refused already
    try:
        refund.currency = check_currency(text)
    except InvalidCurrencyError as error:
        raise RowRefusedError("currency", "invalid", str(error)) from error
    try:
        refund.amount_minor = parse_amount(text_of(row, "amount"), refund.currency)
    except InvalidAmountError as error:
        raise RowRefusedError("amount", "invalid", str(error)) from error
    if refund.amount_minor <= 0:
        message = f"“{text_of(row, 'amount')[:40]}” takes nothing back; write an amount above 0."
        raise RowRefusedError("amount", "not-positive", message)


def _read_moment(row: RawRow, known: Known, refund: DealRefund) -> None:
    """Read a moment with its offset, or a day: its first moment in the organisation's zone."""
    text = text_of(row, "refunded_at")
    try:
        moment = parse_datetime(text) if len(text) > len("2026-06-30") else _midnight(text)
    except ValueError:
        moment = None
    if moment is None:
        message = f"“{text[:40]}” is no date; write it like 2026-06-30 or 2026-06-30T14:00:00Z."
        raise RowRefusedError("refunded_at", "invalid", message)
    try:
        local = moment if is_aware(moment) else moment.replace(tzinfo=get_default_timezone())
        refund.refunded_at = local.astimezone(UTC)
    except OverflowError as error:
        message = f"“{text[:40]}” lies outside of the calendar."
        raise RowRefusedError("refunded_at", "invalid", message) from error


def _midnight(text: str) -> datetime:
    return datetime.combine(date.fromisoformat(text), time(), get_default_timezone())


def _read_reason(row: RawRow, known: Known, refund: DealRefund) -> None:
    text = text_of(row, "reason").lower().replace(" ", "_") or DealRefund.Reason.REFUND
    if text not in DealRefund.Reason.values:
        message = f"“{text[:40]}” is no reason; write {', '.join(DealRefund.Reason.values)}."
        raise RowRefusedError("reason", "invalid", message)
    refund.reason = text


_READERS: Final[tuple[Callable[[RawRow, Known, DealRefund], None], ...]] = (
    _read_deal,
    _read_external_id,
    _read_money,
    _read_moment,
    _read_reason,
)

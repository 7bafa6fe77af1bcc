"""A row of spend as people and platforms write it, turned into a `Spend` or into errors."""

import datetime
import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.db.models import Q
from django.db.models.functions import Lower

from campaigns.import_rows import (
    RawRow,
    RowError,
    RowRefusedError,
    ids_among,
    read_fields,
    text_of,
)
from campaigns.models import Campaign, Channel, Send, Spend
from campaigns.money import InvalidAmountError, InvalidCurrencyError, check_currency, parse_amount

FIELDS = (
    "platform", "external_id", "date", "amount", "currency", "channel", "campaign", "send",
    "description",
)  # fmt: skip
RATE_CARD = Spend.Kind.RATE_CARD.value
"""The platform of what Textrail itself estimated; no file may use it."""


@dataclass(frozen=True, slots=True)
class Names:
    """What rows may refer to, loaded once for a whole file, by lower-case name and by id."""

    channels: dict[str, Channel] = field(default_factory=dict)
    campaigns: dict[str, Campaign] = field(default_factory=dict)
    sends: dict[str, Send] = field(default_factory=dict)


def load_names(rows: Iterable[RawRow]) -> Names:
    """Load the channels, and the campaigns and sends that the rows mention. Three queries."""
    rows = list(rows)
    campaigns = _mentioned(rows, "campaign")
    sends = _mentioned(rows, "send")
    names = Names()
    for channel in Channel.objects.all():
        names.channels[channel.slug] = names.channels[channel.name.lower()] = channel
    named = Campaign.objects.alias(low=Lower("name"))
    for campaign in named.filter(Q(low__in=campaigns) | Q(pk__in=ids_among(campaigns))):
        names.campaigns[campaign.name.lower()] = names.campaigns[str(campaign.pk)] = campaign
    related = Send.objects.select_related("campaign", "channel")
    for send in related.filter(Q(utm_campaign__in=sends) | Q(pk__in=ids_among(sends))):
        names.sends[send.utm_campaign] = names.sends[str(send.pk)] = send
    return names


def _mentioned(rows: list[RawRow], column: str) -> set[str]:
    texts = (text_of(row, column).lower() for row in rows)
    return {text for text in texts if text and "\0" not in text}


def read_row(row: RawRow, names: Names) -> tuple[Spend | None, list[RowError]]:
    """Return the spend a row states, or everything that is wrong in it."""
    spend = Spend()
    readers = (_read_key, _read_date, _read_money, _read_send, _read_campaign, _read_channel)
    errors = read_fields(row, (partial(read, row, names, spend) for read in readers))
    spend.description = text_of(row, "description").replace("\0", "")[:200]
    return (None, errors) if errors else (spend, [])


def _read_key(row: RawRow, names: Names, spend: Spend) -> None:
    spend.platform = text_of(row, "platform").lower()
    spend.external_id = text_of(row, "external_id")
    for column, longest in (("platform", 40), ("external_id", 120)):
        value = getattr(spend, column)
        if not value:
            raise RowRefusedError(column, "required", f"{column} is empty.")
        if len(value) > longest or "\0" in value:
            raise RowRefusedError(column, "too-long", f"{column} may have {longest} characters.")
    try:
        validate_slug(spend.platform)
    except ValidationError as error:
        message = f"“{spend.platform}” is no platform name; write it like google_ads."
        raise RowRefusedError("platform", "invalid", message) from error
    if spend.platform == RATE_CARD:
        message = f"“{RATE_CARD}” is Textrail’s own estimate; name the platform that charged."
        raise RowRefusedError("platform", "reserved", message)


def _read_date(row: RawRow, names: Names, spend: Spend) -> None:
    text = text_of(row, "date")
    try:
        spend.date = datetime.date.fromisoformat(text)
    except ValueError as error:
        message = f"“{text[:40]}” is not a date; write it like 2026-06-30."
        raise RowRefusedError("date", "invalid", message) from error


def _read_money(row: RawRow, names: Names, spend: Spend) -> None:
    try:
        spend.currency = check_currency(text_of(row, "currency"))
    except InvalidCurrencyError as error:
        raise RowRefusedError("currency", "invalid", str(error)) from error
    try:
        spend.amount_minor = parse_amount(text_of(row, "amount"), spend.currency)
    except InvalidAmountError as error:
        raise RowRefusedError("amount", "invalid", str(error)) from error
    spend.kind = kind_of(spend.amount_minor)


def kind_of(amount_minor: int) -> Spend.Kind:
    """Return what a platform's amount is: money it takes back is a credit note."""
    return Spend.Kind.CREDIT_NOTE if amount_minor < 0 else Spend.Kind.INVOICE


def _read_send(row: RawRow, names: Names, spend: Spend) -> None:
    text = text_of(row, "send")
    if not text:
        return
    send = names.sends.get(text.lower())
    if send is None:
        message = f"No send has the utm_campaign “{text[:60]}”."
        raise RowRefusedError("send", "unknown", message)
    spend.send, spend.campaign, spend.channel = send, send.campaign, send.channel


def _read_campaign(row: RawRow, names: Names, spend: Spend) -> None:
    text = text_of(row, "campaign")
    if not text:
        return
    campaign = names.campaigns.get(text.lower())
    if campaign is None:
        message = f"There is no campaign “{text[:60]}”."
        raise RowRefusedError("campaign", "unknown", message)
    if spend.send is not None and spend.send.campaign_id != campaign.pk:
        message = f"The send belongs to “{spend.send.campaign}”, not to “{campaign}”."
        raise RowRefusedError("campaign", "contradiction", message, str(spend.send.campaign))
    spend.campaign = campaign


def _read_channel(row: RawRow, names: Names, spend: Spend) -> None:
    text = text_of(row, "channel")
    if not text and spend.send is not None:
        return
    if not text:
        raise RowRefusedError("channel", "required", "channel is empty, and no send names one.")
    channel = names.channels.get(text.lower())
    if channel is None:
        close = difflib.get_close_matches(text.lower(), names.channels, n=1)
        suggestion = names.channels[close[0]].slug if close else ""
        message = f"There is no channel “{text[:60]}”."
        raise RowRefusedError("channel", "unknown", message, suggestion)
    spend.channel = channel

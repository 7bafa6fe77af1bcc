"""HubSpot's fields and ours, in both directions. Pure.

Wire format: property values are text or null, times are ISO 8601 or epoch milliseconds,
amounts are decimal text, several ids in one property are joined by semicolons.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, Literal

from campaigns.money import InvalidCurrencyError, check_currency, minor_digits
from crm_sync.records import (
    CompanyRecord,
    ContactRecord,
    ContactRef,
    DealRecord,
    HistoryChange,
    PipelineRecord,
    StageRecord,
)

Properties = Mapping[str, str | None]

_LARGEST_AMOUNT = 2**63 - 1

COMPANY_PROPERTIES = ("name", "domain", "hs_lastmodifieddate")
CONTACT_PROPERTIES = (
    "firstname",
    "lastname",
    "email",
    "phone",
    "mobilephone",
    "associatedcompanyid",
    "hs_analytics_source",
    "createdate",
    "lastmodifieddate",
    "hs_merged_object_ids",
)
DEAL_PROPERTIES = (
    "dealname",
    "pipeline",
    "dealstage",
    "amount",
    "deal_currency_code",
    "hubspot_owner_id",
    "hs_analytics_source",
    "createdate",
    "closedate",
    "hs_v2_date_entered_current_stage",
    "hs_lastmodifieddate",
    "hs_merged_object_ids",
)
DEAL_HISTORY_PROPERTIES = ("dealstage", "amount", "closedate")
MODIFIED_PROPERTY = {
    "companies": "hs_lastmodifieddate",
    "contacts": "lastmodifieddate",
    "deals": "hs_lastmodifieddate",
}

PROPERTY_GROUP = {"name": "sms_attribution", "label": "SMS attribution"}
WRITTEN_PROPERTIES: dict[str, tuple[str, str, str]] = {
    "sms_first_campaign": ("Originating campaign", "string", "text"),
    "sms_first_channel": ("Originating channel", "string", "text"),
    "sms_first_touch_at": ("First touch at", "datetime", "date"),
    "sms_utm_source": ("Originating UTM source", "string", "text"),
    "sms_utm_medium": ("Originating UTM medium", "string", "text"),
    "sms_utm_campaign": ("Originating UTM campaign", "string", "text"),
    "sms_utm_content": ("Originating UTM content", "string", "text"),
    "sms_utm_term": ("Originating UTM term", "string", "text"),
}


class UnreadableRecordError(Exception):
    """A record's value cannot be understood. `code` names the kind of trouble."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class DealLinks:
    """What a deal is associated with."""

    contacts: tuple[ContactRef, ...] = ()
    company_external_id: str = ""


def read_moment(text: str | None, *, field: str) -> datetime | None:
    """Return a time from ISO 8601 or epoch milliseconds; null and empty are None.

    Raises:
        UnreadableRecordError: the text is neither.
    """
    if not text:
        return None
    try:
        if text.lstrip("-").isdigit():
            return datetime.fromtimestamp(int(text) / 1000, tz=UTC)
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError, OSError) as error:
        raise UnreadableRecordError("bad-date", f"{field} is not a date: {text!r}.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def read_amount(text: str | None, *, currency: str, field: str = "amount") -> int | None:
    """Return minor units of decimal text, rounded half up; null and empty are None.

    Raises:
        UnreadableRecordError: the text is no finite number.
    """
    if not text:
        return None
    try:
        minor = Decimal(text).scaleb(minor_digits(currency))
        amount = int(minor.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except (ArithmeticError, ValueError) as error:
        raise UnreadableRecordError("bad-amount", f"{field} is not a number: {text!r}.") from error
    if abs(amount) > _LARGEST_AMOUNT:
        raise UnreadableRecordError("bad-amount", f"{field} is too large: {text!r}.")
    return amount


def read_currency(text: str | None, *, default: str) -> str:
    """Return the currency code, the default for null and empty.

    Raises:
        UnreadableRecordError: the text is no code of three letters.
    """
    try:
        return check_currency(text or default)
    except InvalidCurrencyError as error:
        raise UnreadableRecordError("bad-currency", str(error)) from error


def read_ids(text: str | None) -> tuple[str, ...]:
    """Return the ids of a semicolon list."""
    return tuple(part.strip() for part in (text or "").split(";") if part.strip())


def merged_away(external_id: str, properties: Properties) -> tuple[str, ...]:
    """Return the ids that live on in this record, without its own."""
    return tuple(
        merged for merged in read_ids(properties.get("hs_merged_object_ids"))
        if merged != external_id
    )  # fmt: skip


def read_stage(document: Mapping[str, Any]) -> StageRecord:
    """Return a stage. Won is closed with probability 1, lost is closed with less.

    The label says nothing: people rename stages.
    """
    metadata: Mapping[str, Any] = document.get("metadata") or {}
    outcome: Literal["open", "won", "lost"] = "open"
    if str(metadata.get("isClosed", "")).lower() == "true":
        outcome = "won" if _probability(metadata) == 1 else "lost"
    return StageRecord(
        external_id=str(document["id"]),
        name=str(document.get("label") or document["id"]),
        outcome=outcome,
        position=max(0, int(document.get("displayOrder") or 0)),
        is_archived=bool(document.get("archived", False)),
    )


def read_pipeline(document: Mapping[str, Any]) -> PipelineRecord:
    """Return a pipeline with its stages in order."""
    stages = sorted(
        (read_stage(stage) for stage in document.get("stages", ())),
        key=lambda stage: stage.position,
    )
    return PipelineRecord(
        external_id=str(document["id"]),
        name=str(document.get("label") or document["id"]),
        stages=tuple(stages),
    )


def read_company(external_id: str, properties: Properties) -> CompanyRecord:
    """Return a company. Raises UnreadableRecordError."""
    return CompanyRecord(
        external_id=external_id,
        name=properties.get("name") or properties.get("domain") or f"Company {external_id}",
        domain=(properties.get("domain") or "").lower(),
        modified_at=read_moment(properties.get("hs_lastmodifieddate"), field="Last modified"),
    )


def read_contact(external_id: str, properties: Properties) -> ContactRecord:
    """Return a contact. Raises UnreadableRecordError."""
    names = (properties.get("firstname"), properties.get("lastname"))
    return ContactRecord(
        external_id=external_id,
        name=" ".join(name for name in names if name),
        email=properties.get("email") or "",
        phone=properties.get("mobilephone") or properties.get("phone") or "",
        company_external_id=properties.get("associatedcompanyid") or "",
        lead_source=properties.get("hs_analytics_source") or "",
        created_at=read_moment(properties.get("createdate"), field="Create date"),
        modified_at=read_moment(properties.get("lastmodifieddate"), field="Last modified"),
    )


def read_deal(
    document: Mapping[str, Any],
    *,
    links: DealLinks | None,
    owners: Mapping[str, str],
    default_currency: str,
) -> DealRecord:
    """Return a deal. Without `links` its contacts and company are "not told".

    Raises:
        UnreadableRecordError: a date, the amount or the currency cannot be understood.
    """
    properties: Properties = document["properties"]
    currency = read_currency(properties.get("deal_currency_code"), default=default_currency)
    return DealRecord(
        external_id=str(document["id"]),
        name=properties.get("dealname") or f"Deal {document['id']}",
        pipeline_external_id=properties.get("pipeline") or "",
        stage_external_id=properties.get("dealstage") or "",
        amount_minor=read_amount(properties.get("amount"), currency=currency),
        currency=currency,
        company_external_id=None if links is None else links.company_external_id,
        contacts=None if links is None else links.contacts,
        owner=owners.get(properties.get("hubspot_owner_id") or "", ""),
        lead_source=properties.get("hs_analytics_source") or "",
        created_at=read_moment(properties.get("createdate"), field="Create date"),
        closed_at=read_moment(properties.get("closedate"), field="Close date"),
        stage_entered_at=read_moment(
            properties.get("hs_v2_date_entered_current_stage"), field="Date entered stage"
        ),
        modified_at=read_moment(properties.get("hs_lastmodifieddate"), field="Last modified"),
        history=read_history(document.get("propertiesWithHistory") or {}, currency=currency),
    )


def deal_tombstone(external_id: str, *, deleted_at: datetime | None = None) -> DealRecord:
    """Return the record that says a deal is gone; nothing else in it counts."""
    return DealRecord(
        external_id=external_id,
        name="",
        pipeline_external_id="",
        stage_external_id="",
        amount_minor=None,
        currency="",
        modified_at=deleted_at,
        is_deleted=True,
    )


def read_history(
    histories: Mapping[str, Sequence[Mapping[str, Any]]], *, currency: str
) -> tuple[HistoryChange, ...]:
    """Return a deal's earlier values, oldest first. An unreadable old value is left out."""
    changes = [
        change
        for name in DEAL_HISTORY_PROPERTIES
        for version in histories.get(name) or ()
        if (change := _read_version(name, version, currency)) is not None
    ]
    return tuple(sorted(changes, key=lambda change: change.changed_at))


def _read_version(name: str, version: Mapping[str, Any], currency: str) -> HistoryChange | None:
    text = version.get("value") or ""
    try:
        changed_at = read_moment(str(version.get("timestamp") or ""), field=name)
        if changed_at is None:
            return None
        if name == "dealstage":
            return HistoryChange("stage", text, changed_at)
        if name == "amount":
            minor = read_amount(text, currency=currency)
            return HistoryChange("amount", "" if minor is None else str(minor), changed_at)
        closed_at = read_moment(text, field=name)
        return HistoryChange("closed_at", closed_at.isoformat() if closed_at else "", changed_at)
    except UnreadableRecordError:
        return None


def read_deal_links(
    contacts: Iterable[Mapping[str, Any]], companies: Iterable[Mapping[str, Any]]
) -> DealLinks:
    """Return a deal's contacts and its primary company from association targets."""
    refs = tuple(
        ContactRef(external_id=str(target["toObjectId"]), role=_label(target))
        for target in contacts
    )
    chosen = sorted(companies, key=lambda target: not _is_primary(target))
    return DealLinks(refs, str(chosen[0]["toObjectId"]) if chosen else "")


def _label(target: Mapping[str, Any]) -> str:
    labels = (kind.get("label") for kind in target.get("associationTypes", ()))
    return next((label for label in labels if label), "")


def _is_primary(target: Mapping[str, Any]) -> bool:
    return any(kind.get("label") == "Primary" for kind in target.get("associationTypes", ()))


def _probability(metadata: Mapping[str, Any]) -> Decimal:
    try:
        return Decimal(str(metadata.get("probability", "0")))
    except InvalidOperation:
        return Decimal(0)

"""What every provider hands over: the CRM's records in our terms. Pure.

Times are aware datetimes, money is in minor units of `currency`. None means that the
CRM has no value, except where a field says that None means "not told".
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class StageRecord:
    """A step of a pipeline. `outcome` says what a deal that stands there is."""

    external_id: str
    name: str
    outcome: Literal["open", "won", "lost"]
    position: int = 0
    is_archived: bool = False


@dataclass(frozen=True, slots=True)
class PipelineRecord:
    """A deal pipeline with all its stages, in order."""

    external_id: str
    name: str
    stages: tuple[StageRecord, ...]


@dataclass(frozen=True, slots=True)
class CompanyRecord:
    """A company. `domain` is its web address without scheme, or empty."""

    external_id: str
    name: str
    domain: str = ""
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ContactRecord:
    """A contact. `email` and `phone` come as the CRM has them; intake normalises them."""

    external_id: str
    name: str = ""
    email: str = ""
    phone: str = ""
    company_external_id: str | None = None
    lead_source: str = ""
    created_at: datetime | None = None
    modified_at: datetime | None = None
    is_deleted: bool = False


@dataclass(frozen=True, slots=True)
class ContactRef:
    """A contact's part in a deal, by the contact's id in the CRM."""

    external_id: str
    role: str = ""
    is_primary: bool = False


@dataclass(frozen=True, slots=True)
class HistoryChange:
    """One earlier value of a deal's field, as the CRM's own history tells it.

    `value` is a stage's external id, an amount in minor units as text, or an ISO date-time.
    """

    field: Literal["stage", "amount", "closed_at"]
    value: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class DealRecord:
    """A deal as it stands now, with the history the provider knows.

    `company_external_id`: empty means none, None means not told (what we hold stays).
    `contacts`: all of them; None means not told. `modified_at` None: always the newest.
    `history` may name changes that were handed over before; they are kept once.
    """

    external_id: str
    name: str
    pipeline_external_id: str
    stage_external_id: str
    amount_minor: int | None
    currency: str
    company_external_id: str | None = None
    contacts: tuple[ContactRef, ...] | None = None
    owner: str = ""
    lead_source: str = ""
    created_at: datetime | None = None
    closed_at: datetime | None = None
    stage_entered_at: datetime | None = None
    modified_at: datetime | None = None
    is_deleted: bool = False
    history: tuple[HistoryChange, ...] = ()

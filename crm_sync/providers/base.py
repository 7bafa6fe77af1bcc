"""What the engine asks of a CRM, and the one table of the CRMs there are.

A provider only reads and writes its CRM: it owns no rows, no clock and no retries. It turns
what comes into the frozen records of `crm_sync.records`; whatever one record lacks becomes a
`FoundProblem` of its page, so that one bad record never stops the others.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from django.utils.module_loading import import_string

from crm_sync.http import ApiError, ErrorCategory
from crm_sync.problems import FoundProblem
from crm_sync.records import CompanyRecord, ContactRecord, DealRecord, PipelineRecord

__all__ = [
    "PROVIDERS",
    "Account",
    "ApiError",
    "ErrorCategory",
    "Page",
    "Provider",
    "ProviderKind",
    "ProviderNotSyncableError",
    "Window",
    "open_provider",
]

R_co = TypeVar("R_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Window:
    """The changes to read: `starts_at` <= modified <= `ends_at`, or everything without a start."""

    starts_at: datetime | None
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Page(Generic[R_co]):
    """Some records, and the `place` from which a broken pass goes on after them.

    The place is the provider's own text; the engine only keeps it.
    """

    records: tuple[R_co, ...]
    place: str
    problems: tuple[FoundProblem, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """How to reach one CRM account. `currency` stands in where a deal names none."""

    base_url: str
    token: str
    currency: str
    settings: Mapping[str, Any]


class Provider(Protocol):
    """A CRM read over the network. Every method raises `ApiError`.

    The readers start at the window's beginning, or after `place` where a pass broke off.
    """

    def check_access(self) -> datetime:
        """Prove that everything a sync reads may be read. Return the server's time."""

    def pipelines(self) -> list[PipelineRecord]:
        """Return every deal pipeline with its stages."""

    def companies(self, window: Window, place: str) -> Iterator[Page[CompanyRecord]]:
        """Yield the companies of the window."""

    def contacts(self, window: Window, place: str) -> Iterator[Page[ContactRecord]]:
        """Yield the contacts of the window."""

    def deals(self, window: Window, place: str) -> Iterator[Page[DealRecord]]:
        """Yield the deals of the window, with their contacts and company."""

    def deleted_contacts(self, window: Window, place: str) -> Iterator[Page[ContactRecord]]:
        """Yield tombstones of the contacts deleted in the window."""

    def deleted_deals(self, window: Window, place: str) -> Iterator[Page[DealRecord]]:
        """Yield tombstones of the deals deleted in the window."""

    def deals_by_id(self, external_ids: Iterable[str]) -> Iterator[Page[DealRecord]]:
        """Yield these deals as they stand now; those that are gone are left out."""

    def companies_by_id(self, external_ids: Iterable[str]) -> Iterator[Page[CompanyRecord]]:
        """Yield these companies as they stand now; those that are gone are left out."""

    def contacts_by_id(self, external_ids: Iterable[str]) -> Iterator[Page[ContactRecord]]:
        """Yield these contacts as they stand now; those that are gone are left out."""

    def contacts_of_deals(self, external_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return the contact ids of each of these deals."""

    def prepare_contact_properties(self) -> None:
        """Make sure that the properties written back exist, with the type we write."""

    def write_contact_properties(
        self, values: Mapping[str, Mapping[str, str]]
    ) -> dict[str, ApiError | None]:
        """Write property values by contact id. Return per contact None or why not."""


@dataclass(frozen=True, slots=True)
class ProviderKind:
    """A line of the table: how people call it and where its class is ("" = not synced over HTTP).

    `base_url` is the public address used where a connection names none.
    """

    label: str
    path: str
    base_url: str = ""


PROVIDERS: dict[str, ProviderKind] = {
    "hubspot": ProviderKind(
        "HubSpot", "crm_sync.providers.hubspot.HubSpotProvider", "https://api.hubapi.com"
    ),
    "csv_file": ProviderKind("CSV file", ""),
}


class ProviderNotSyncableError(Exception):
    """The connection is fed by files; there is nothing to fetch."""


def open_provider(kind: str, account: Account) -> Provider:
    """Return the provider of this kind for an account.

    Raises:
        ProviderNotSyncableError: the kind is read from files.
    """
    if not PROVIDERS[kind].path:
        raise ProviderNotSyncableError(
            f"A {PROVIDERS[kind].label} connection is fed by importing files, not by a sync."
        )
    provider: Provider = import_string(PROVIDERS[kind].path)(account)
    return provider

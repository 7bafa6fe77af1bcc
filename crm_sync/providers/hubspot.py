"""Reads HubSpot. Sources: HubSpot's OpenAPI files for version 2026-09 and its changelog.

Everything at once comes from the list endpoint (strongly consistent, no end). Changes come
from search, paged by object id inside a window of modification times: search answers at most
10,000 rows per query and many rows can share one time, so any other paging can stall.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from crm_sync import mapping
from crm_sync.http import ApiError, CrmClient, ErrorCategory
from crm_sync.problems import FoundProblem
from crm_sync.providers import hubspot_writing
from crm_sync.providers.base import Account, Page, Window
from crm_sync.records import CompanyRecord, ContactRecord, DealRecord, PipelineRecord

API_VERSION = "2026-09"
LIST_LIMIT = 100
HISTORY_LIMIT = 50
SEARCH_LIMIT = 200
ASSOCIATION_LIMIT = 100

R = TypeVar("R", CompanyRecord, ContactRecord, DealRecord)
Document = dict[str, Any]
Read = Callable[[Document], list[R]]


class HubSpotProvider:
    """One HubSpot account. See `base.Provider` for what each method promises."""

    def __init__(self, account: Account, *, client: CrmClient | None = None) -> None:
        self._account = account
        self._client = client or CrmClient(
            base_url=account.base_url, token=account.token, service="HubSpot"
        )
        self._owner_names: dict[str, str] | None = None

    def check_access(self) -> datetime:
        """Read one record of each kind, so that a missing scope is named before a sync."""
        for kind in ("companies", "contacts", "deals"):
            self._client.get(_objects(kind), {"limit": "1"})
        self.pipelines()
        if self._client.server_time is None:
            raise ApiError(
                "The server's answers carry no date. Is this really HubSpot's address?",
                category=ErrorCategory.CONFIGURATION,
            )
        return self._client.server_time

    def pipelines(self) -> list[PipelineRecord]:
        """Return every deal pipeline with its stages."""
        answer = self._client.get(f"/crm/pipelines/{API_VERSION}/deals")
        return [mapping.read_pipeline(document) for document in answer.get("results", ())]

    def companies(self, window: Window, place: str) -> Iterator[Page[CompanyRecord]]:
        """Yield the companies of the window."""
        for documents, reached in self._changed(
            "companies", window, place, mapping.COMPANY_PROPERTIES
        ):
            yield _page("companies", documents, reached, _read_company)

    def contacts(self, window: Window, place: str) -> Iterator[Page[ContactRecord]]:
        """Yield the contacts of the window, and tombstones of those merged into them."""
        for documents, reached in self._changed(
            "contacts", window, place, mapping.CONTACT_PROPERTIES
        ):
            yield _page("contacts", documents, reached, _read_contact)

    def deals(self, window: Window, place: str) -> Iterator[Page[DealRecord]]:
        """Yield the deals of the window, and tombstones of those merged into them.

        Search knows no history, so the deals it names are read again in batches.
        """
        if window.starts_at is None:
            for documents, reached in self._listed(
                "deals", place, mapping.DEAL_PROPERTIES, mapping.DEAL_HISTORY_PROPERTIES
            ):
                yield self._deal_page(documents, reached)
            return
        for documents, reached in self._searched("deals", window, place, ("hs_object_id",)):
            found = self._deals_read([str(document["id"]) for document in documents])
            yield self._deal_page(found, reached)

    def deleted_contacts(self, window: Window, place: str) -> Iterator[Page[ContactRecord]]:
        """Yield tombstones of the contacts archived in the window."""
        for documents, reached in self._archived("contacts", window, place):
            yield _page("contacts", documents, reached, _bury_contact)

    def deleted_deals(self, window: Window, place: str) -> Iterator[Page[DealRecord]]:
        """Yield tombstones of the deals archived in the window."""
        for documents, reached in self._archived("deals", window, place):
            yield _page("deals", documents, reached, _bury_deal)

    def deals_by_id(self, external_ids: Iterable[str]) -> Iterator[Page[DealRecord]]:
        """Yield these deals as they stand now; those that are gone are left out."""
        for chunk in _chunks(list(external_ids), SEARCH_LIMIT):
            yield self._deal_page(self._deals_read(chunk), "")

    def companies_by_id(self, external_ids: Iterable[str]) -> Iterator[Page[CompanyRecord]]:
        """Yield these companies as they stand now; those that are gone are left out."""
        for documents in self._by_id("companies", external_ids, mapping.COMPANY_PROPERTIES):
            yield _page("companies", documents, "", _read_company)

    def contacts_by_id(self, external_ids: Iterable[str]) -> Iterator[Page[ContactRecord]]:
        """Yield these contacts as they stand now; those that are gone are left out."""
        for documents in self._by_id("contacts", external_ids, mapping.CONTACT_PROPERTIES):
            yield _page("contacts", documents, "", _read_contact)

    def contacts_of_deals(self, external_ids: Iterable[str]) -> dict[str, frozenset[str]]:
        """Return the contact ids of each of these deals."""
        ids = list(external_ids)
        targets = self._associated("contacts", ids)
        return {
            deal_id: frozenset(str(target["toObjectId"]) for target in targets.get(deal_id, ()))
            for deal_id in ids
        }

    def prepare_contact_properties(self) -> None:
        """Make sure that the properties written back exist, with the type we write."""
        hubspot_writing.prepare_contact_properties(self._client, version=API_VERSION)

    def write_contact_properties(
        self, values: Mapping[str, Mapping[str, str]]
    ) -> dict[str, ApiError | None]:
        """Write property values by contact id. Return per contact None or why not."""
        return hubspot_writing.write_contact_properties(
            self._client, values=values, version=API_VERSION
        )

    def _changed(
        self, kind: str, window: Window, place: str, properties: Sequence[str]
    ) -> Iterator[tuple[list[Document], str]]:
        if window.starts_at is None:
            return self._listed(kind, place, properties)
        return self._searched(kind, window, place, properties)

    def _listed(
        self, kind: str, place: str, properties: Sequence[str], history: Sequence[str] = ()
    ) -> Iterator[tuple[list[Document], str]]:
        params = {"properties": ",".join(properties), "limit": str(LIST_LIMIT)}
        if history:
            params |= {"propertiesWithHistory": ",".join(history), "limit": str(HISTORY_LIMIT)}
        yield from self._walk(kind, place, params)

    def _archived(
        self, kind: str, window: Window, place: str
    ) -> Iterator[tuple[list[Document], str]]:
        params = {"archived": "true", "limit": str(LIST_LIMIT)}
        for documents, reached in self._walk(kind, place, params):
            yield [document for document in documents if _is_archived_in(document, window)], reached

    def _walk(
        self, kind: str, place: str, params: Mapping[str, str]
    ) -> Iterator[tuple[list[Document], str]]:
        """Follow the list's opaque cursor. The last page's place is its own beginning."""
        more = True
        while more:
            answer = self._client.get(
                _objects(kind), {**params, **({"after": place} if place else {})}
            )
            after = ((answer.get("paging") or {}).get("next") or {}).get("after")
            more = after is not None
            place = str(after) if more else place
            yield answer.get("results", []), place

    def _searched(
        self, kind: str, window: Window, place: str, properties: Sequence[str]
    ) -> Iterator[tuple[list[Document], str]]:
        reached = place or "0"
        while True:
            answer = self._client.post(
                f"{_objects(kind)}/search", _search_body(kind, window, reached, properties)
            )
            documents: list[Document] = answer.get("results", [])
            if not documents:
                return
            reached = str(max(int(document["id"]) for document in documents))
            yield documents, reached
            if len(documents) < SEARCH_LIMIT:
                return

    def _by_id(
        self, kind: str, external_ids: Iterable[str], properties: Sequence[str]
    ) -> Iterator[list[Document]]:
        for chunk in _chunks(list(external_ids), LIST_LIMIT):
            inputs = [{"id": external_id} for external_id in chunk]
            answer = self._client.post(
                f"{_objects(kind)}/batch/read", {"inputs": inputs, "properties": list(properties)}
            )
            yield answer.get("results", [])

    def _deals_read(self, ids: Sequence[str]) -> list[Document]:
        """Return the deals of these ids as the database (not the search index) has them."""
        found: dict[str, Document] = {}
        for chunk in _chunks(ids, HISTORY_LIMIT):
            answer = self._client.post(
                f"{_objects('deals')}/batch/read",
                {
                    "inputs": [{"id": external_id} for external_id in chunk],
                    "properties": list(mapping.DEAL_PROPERTIES),
                    "propertiesWithHistory": list(mapping.DEAL_HISTORY_PROPERTIES),
                },
            )
            found |= {str(document["id"]): document for document in answer.get("results", ())}
        return list(found.values())

    def _deal_page(self, documents: list[Document], place: str) -> Page[DealRecord]:
        ids = [str(document["id"]) for document in documents]
        contacts = self._associated("contacts", ids)
        companies = self._associated("companies", ids)

        def read(document: Document) -> list[DealRecord]:
            external_id = str(document["id"])
            deal = mapping.read_deal(
                document,
                links=mapping.read_deal_links(
                    contacts.get(external_id, ()), companies.get(external_id, ())
                ),
                owners=self._owners(),
                default_currency=self._account.currency,
            )
            merged = mapping.merged_away(external_id, document["properties"])
            return [deal, *(mapping.deal_tombstone(gone) for gone in merged)]

        return _page("deals", documents, place, read)

    def _associated(self, kind: str, deal_ids: Sequence[str]) -> dict[str, list[Document]]:
        """Return the association targets of each deal that has any."""
        targets: dict[str, list[Document]] = {}
        for chunk in _chunks(deal_ids, ASSOCIATION_LIMIT):
            inputs = [{"id": deal_id} for deal_id in chunk]
            while inputs:
                answer = self._client.post(
                    f"/crm/associations/{API_VERSION}/deals/{kind}/batch/read", {"inputs": inputs}
                )
                inputs = []
                for result in answer.get("results", ()):
                    deal_id = str(result["from"]["id"])
                    targets.setdefault(deal_id, []).extend(result.get("to", ()))
                    after = ((result.get("paging") or {}).get("next") or {}).get("after")
                    if after is not None:
                        inputs.append({"id": deal_id, "after": str(after)})
        return targets

    def _owners(self) -> dict[str, str]:
        """Return owners' names by id; none where the token may not read them."""
        if self._owner_names is None:
            try:
                self._owner_names = self._read_owners()
            except ApiError as error:
                if error.is_retryable:
                    raise
                self._owner_names = {}
        return self._owner_names

    def _read_owners(self) -> dict[str, str]:
        names: dict[str, str] = {}
        params = {"limit": str(LIST_LIMIT)}
        while True:
            answer = self._client.get(f"/crm/owners/{API_VERSION}", params)
            for owner in answer.get("results", ()):
                name = " ".join(filter(None, (owner.get("firstName"), owner.get("lastName"))))
                names[str(owner["id"])] = name or str(owner.get("email") or "")
            after = ((answer.get("paging") or {}).get("next") or {}).get("after")
            if after is None:
                return names
            params["after"] = str(after)


def _objects(kind: str) -> str:
    return f"/crm/objects/{API_VERSION}/{kind}"


def _search_body(
    kind: str, window: Window, after_id: str, properties: Sequence[str]
) -> dict[str, Any]:
    modified = mapping.MODIFIED_PROPERTY[kind]
    starts_at = window.starts_at or datetime.fromtimestamp(0, tz=window.ends_at.tzinfo)
    filters = [
        {"propertyName": modified, "operator": "GTE", "value": _milliseconds(starts_at)},
        {"propertyName": modified, "operator": "LTE", "value": _milliseconds(window.ends_at)},
        {"propertyName": "hs_object_id", "operator": "GT", "value": after_id},
    ]
    return {
        "filterGroups": [{"filters": filters}],
        "sorts": [{"propertyName": "hs_object_id", "direction": "ASCENDING"}],
        "properties": list(properties),
        "limit": SEARCH_LIMIT,
        "after": "0",
    }


def _milliseconds(moment: datetime) -> str:
    return str(round(moment.timestamp() * 1000))


def _is_archived_in(document: Document, window: Window) -> bool:
    archived_at = mapping.read_moment(document.get("archivedAt"), field="Archived at")
    return archived_at is None or window.starts_at is None or archived_at >= window.starts_at


def _read_company(document: Document) -> list[CompanyRecord]:
    return [mapping.read_company(str(document["id"]), document["properties"])]


def _read_contact(document: Document) -> list[ContactRecord]:
    external_id, properties = str(document["id"]), document["properties"]
    merged = mapping.merged_away(external_id, properties)
    tombstones = (ContactRecord(external_id=gone, is_deleted=True) for gone in merged)
    return [mapping.read_contact(external_id, properties), *tombstones]


def _bury_contact(document: Document) -> list[ContactRecord]:
    archived_at = mapping.read_moment(document.get("archivedAt"), field="Archived at")
    return [
        ContactRecord(external_id=str(document["id"]), modified_at=archived_at, is_deleted=True)
    ]


def _bury_deal(document: Document) -> list[DealRecord]:
    archived_at = mapping.read_moment(document.get("archivedAt"), field="Archived at")
    return [mapping.deal_tombstone(str(document["id"]), deleted_at=archived_at)]


def _page(kind: str, documents: Iterable[Document], place: str, read: Read[R]) -> Page[R]:
    """Read each document by itself: what one cannot say becomes a problem, not a failure."""
    records: list[R] = []
    problems: list[FoundProblem] = []
    for document in documents:
        try:
            records += read(document)
        except mapping.UnreadableRecordError as error:
            problems.append(
                FoundProblem(
                    code=error.code,
                    message=str(error),
                    object_type=kind,
                    external_id=str(document["id"]),
                    record=document["properties"],
                )
            )
    return Page(records=tuple(records), place=place, problems=tuple(problems))


def _chunks(items: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]

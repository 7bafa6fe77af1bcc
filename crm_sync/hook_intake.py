"""Reads again the records that a webhook named, with what they need, and takes them over.

A deal's contacts and company come along where we do not hold them, since a deal that names
nobody we know would earn nobody any credit.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction

from crm_sync.connections import open_connection
from crm_sync.hook_events import Named
from crm_sync.intake import (
    IntakeCounts,
    take_companies,
    take_contacts,
    take_deals,
    take_pipelines,
)
from crm_sync.leases import Lease, take_lease
from crm_sync.mapping import deal_tombstone
from crm_sync.models import Company, Connection, Contact, Stage, SyncRun
from crm_sync.problems import note_problems
from crm_sync.providers.base import Page, Provider
from crm_sync.records import CompanyRecord, ContactRecord, DealRecord, PipelineRecord
from links.clock import Clock


def take_named(*, connection: Connection, named: Named, clock: Clock) -> SyncRun | None:
    """Take these records over as they stand now; return the run, or None for no record.

    Raises:
        ConnectionBusyError: a sync holds the connection.
        LeaseLostError: another runner took over.
        ApiError, UnreadableSecretError: the CRM could not be read; nothing was taken.
    """
    if not any(named.ids(kind) for kind in ("company", "contact", "deal")):
        return None
    lease = take_lease(connection=connection, now=clock.now())
    try:
        read = _Read(connection, open_connection(connection), named)
        return _write(connection, lease, read, clock)
    finally:
        lease.release()


class _Read:
    """What the CRM says of the named records, read before anything is written."""

    def __init__(self, connection: Connection, crm: Provider, named: Named) -> None:
        self.pages: list[Page[Any]] = []
        self.deals: list[DealRecord] = self._records(crm.deals_by_id(named.ids("deal")))
        unknown = _stages_of(self.deals) - _known_stages(connection)
        self.pipelines: list[PipelineRecord] = crm.pipelines() if unknown else []
        people = {ref.external_id for deal in self.deals for ref in deal.contacts or ()}
        held = _held(Contact, connection, people)
        wanted = {*named.ids("contact"), *(people - held)}
        self.contacts: list[ContactRecord] = self._records(crm.contacts_by_id(sorted(wanted)))
        known = {deal.company_external_id for deal in self.deals if deal.company_external_id}
        known |= {one.company_external_id for one in self.contacts if one.company_external_id}
        wanted = {*named.ids("company"), *(known - _held(Company, connection, known))}
        self.companies: list[CompanyRecord] = self._records(crm.companies_by_id(sorted(wanted)))
        self.deals += [deal_tombstone(key) for key in _missing(named, "deal", self.deals)]
        self.contacts += [
            ContactRecord(external_id=key, is_deleted=True)
            for key in _missing(named, "contact", self.contacts)
        ]

    def _records(self, pages: Iterator[Page[Any]]) -> list[Any]:
        found = list(pages)
        self.pages += found
        return [record for page in found for record in page.records]


def _stages_of(deals: Iterable[DealRecord]) -> set[tuple[str, str]]:
    return {(deal.pipeline_external_id, deal.stage_external_id) for deal in deals}


def _known_stages(connection: Connection) -> set[tuple[str, str]]:
    stages = Stage.objects.filter(pipeline__connection=connection)
    return set(stages.values_list("pipeline__external_id", "external_id"))


def _held(
    model: type[Contact] | type[Company], connection: Connection, keys: Iterable[str]
) -> set[str]:
    rows = model._default_manager.filter(connection=connection, external_id__in=keys)
    return set(rows.values_list("external_id", flat=True))


def _missing(named: Named, kind: str, records: Iterable[Any]) -> set[str]:
    """Return the ids that are said to be gone and that the CRM indeed no longer has."""
    return named.gone[kind] - {record.external_id for record in records}


def _write(connection: Connection, lease: Lease, read: _Read, clock: Clock) -> SyncRun:
    """Take over what was read, all or nothing."""
    with transaction.atomic():
        now = clock.now()
        lease.renew(now=now)
        run = SyncRun.objects.create(
            connection=connection, trigger=SyncRun.Trigger.HOOK, started_at=now
        )
        given: dict[str, Any] = {"connection": connection, "run": run, "now": now}
        counts = IntakeCounts()
        take_pipelines(records=read.pipelines, **given)
        counts += take_companies(records=read.companies, **given)
        counts += take_contacts(records=read.contacts, **given)
        counts += take_deals(records=read.deals, **given)
        problems = [problem for page in read.pages for problem in page.problems]
        note_problems(found=problems, **given)
        run.read_count = sum(len(page.records) + len(page.problems) for page in read.pages)
        run.created_count, run.updated_count = counts.created, counts.updated
        run.unchanged_count = counts.unchanged
        run.problem_count = counts.refused + len(problems)
        run.status = SyncRun.Status.PARTIAL if run.problem_count else SyncRun.Status.SUCCEEDED
        run.finished_at = clock.now()
        run.save()
    return run

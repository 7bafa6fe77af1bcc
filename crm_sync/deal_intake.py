"""CRM deals become our rows, with their contacts, their history and a note for credit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from crm_sync import deal_history
from crm_sync.deal_contacts import DealContacts
from crm_sync.intake_counts import IntakeCounts, crop, is_older
from crm_sync.models import Company, Connection, Deal, DealChange, Stage, SyncRun
from crm_sync.problems import FoundProblem, note_problems, resolve_problems
from crm_sync.records import DealRecord
from tracking.changes import note_changes
from tracking.models import PendingChange

_WRITTEN: Final = (
    "name", "company", "stage", "outcome", "amount_minor", "currency", "owner", "lead_source",
    "deal_created_at", "closed_at", "stage_entered_at", "modified_at", "deleted_at",
)  # fmt: skip
# What an outcome or a journey is made of; a new owner moves no credit.
_MATTERS: Final = frozenset(_WRITTEN) - {"name", "owner", "stage_entered_at", "modified_at"}
_BATCH: Final = 1000


@transaction.atomic
def take_deals(
    *, connection: Connection, run: SyncRun, records: Sequence[DealRecord], now: datetime
) -> IntakeCounts:
    """Take over deals. One whose stage nobody knows is refused with a problem row.

    Their pipelines, companies and contacts must have been taken before; a contact or company
    that we do not hold is left out.
    """
    batch = _Batch.load(connection, run, list({r.external_id: r for r in records}.values()), now)
    taken = [record.external_id for record in batch.records if batch.take(record)]
    counts = batch.write()
    refused = note_problems(connection=connection, run=run, found=batch.problems, now=now)
    resolve_problems(connection=connection, object_type="deals", external_ids=taken, now=now)
    return counts + IntakeCounts(refused=refused)


@dataclass(slots=True)
class _Batch:
    """A batch's records, the rows they meet, and what is to be written."""

    connection: Connection
    run: SyncRun
    now: datetime
    records: list[DealRecord]
    stages: dict[str, dict[str, Stage]]
    companies: dict[str, Company]
    deals: dict[str, Deal]
    contacts: DealContacts
    told_before: set[tuple[UUID, str, datetime]]
    created: list[Deal] = field(default_factory=list)
    updated: list[Deal] = field(default_factory=list)
    touched: list[Deal] = field(default_factory=list)
    unchanged: int = 0
    steps: list[DealChange] = field(default_factory=list)
    notes: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    problems: list[FoundProblem] = field(default_factory=list)

    @classmethod
    def load(
        cls, connection: Connection, run: SyncRun, records: list[DealRecord], now: datetime
    ) -> _Batch:
        deals = {
            deal.external_id: deal
            for deal in Deal.objects.select_for_update(of=("self",))
            .select_related("stage", "company")
            .filter(connection=connection, external_id__in=[r.external_id for r in records])
        }
        return cls(
            connection=connection,
            run=run,
            now=now,
            records=records,
            stages=_stages(connection),
            companies=_companies(connection, records),
            deals=deals,
            contacts=DealContacts.load(connection, records, deals.values()),
            told_before=_told_before(records, deals),
        )

    def take(self, record: DealRecord) -> bool:
        """Plan what the record asks for. Return whether it could be taken."""
        deal = self.deals.get(record.external_id)
        if record.is_deleted:
            self._bury(deal, record)
            return True
        stage = self.stages.get(record.pipeline_external_id, {}).get(record.stage_external_id)
        if stage is None:
            self.problems.append(_unknown_stage(record))
            return False
        if deal is None:
            self._create(record, stage)
        elif is_older(record, deal):
            self.unchanged += 1
        else:
            self._update(deal, record, stage)
        return True

    def _create(self, record: DealRecord, stage: Stage) -> None:
        deal = Deal(connection=self.connection, external_id=record.external_id)
        for name, value in self._wanted(deal, record, stage).items():
            setattr(deal, name, value)
        self.created.append(deal)
        self.contacts.plan(deal, record)
        words = self._words(deal)
        self.steps += deal_history.first_steps(
            deal, record, words, run=self.run, now=self.now
        ) + self._told(deal, record)
        self.notes["new_outcome"].append(deal.pk)

    def _update(self, deal: Deal, record: DealRecord, stage: Stage) -> None:
        before = self._words(deal)
        different = _assign(deal, self._wanted(deal, record, stage))
        if self.contacts.plan(deal, record):
            different.add("contacts")
        steps = deal_history.next_steps(
            deal, record, before=before, after=self._words(deal), run=self.run, now=self.now
        )
        self._file(deal, different, steps + self._told(deal, record))

    def _bury(self, deal: Deal | None, record: DealRecord) -> None:
        if deal is None or deal.deleted_at is not None or is_older(record, deal):
            self.unchanged += 1
            return
        before = self._words(deal)
        deal.deleted_at = record.modified_at or self.now
        deal.modified_at = record.modified_at or deal.modified_at
        steps = deal_history.next_steps(
            deal, record, before=before, after=self._words(deal), run=self.run, now=self.now
        )
        self._file(deal, {"deleted_at"}, steps)

    def _file(self, deal: Deal, different: set[str], steps: list[DealChange]) -> None:
        """Put the deal where its differences belong; a newer date alone is no update."""
        self.steps += steps
        if different & (_MATTERS | {"contacts"}):
            self.notes["deal_changed"].append(deal.pk)
        if different - {"modified_at"} or steps:
            self.updated.append(deal)
        else:
            self.unchanged += 1
            if different:
                self.touched.append(deal)

    def _wanted(self, deal: Deal, record: DealRecord, stage: Stage) -> dict[str, Any]:
        company = deal.company
        if record.company_external_id is not None:
            company = self.companies.get(record.company_external_id)
        return {
            "name": crop(record.name, 200) or f"Deal {record.external_id}",
            "company": company,
            "stage": stage,
            "outcome": stage.outcome,
            "amount_minor": record.amount_minor,
            "currency": record.currency,
            "owner": crop(record.owner, 120),
            "lead_source": crop(record.lead_source, 120),
            "deal_created_at": record.created_at,
            "closed_at": record.closed_at,
            "stage_entered_at": record.stage_entered_at,
            "modified_at": record.modified_at or deal.modified_at,
            "deleted_at": None,
        }

    def _words(self, deal: Deal) -> deal_history.Words:
        return deal_history.in_words(
            deal,
            stage=deal.stage.name,
            company=deal.company.name if deal.company else "",
            contacts=self.contacts.names(deal),
        )

    def _told(self, deal: Deal, record: DealRecord) -> list[DealChange]:
        stages = self.stages[record.pipeline_external_id]
        steps = deal_history.told_steps(deal, record, stages=stages, run=self.run, now=self.now)
        return [
            step for step in steps if (deal.pk, step.field, step.changed_at) not in self.told_before
        ]

    def write(self) -> IntakeCounts:
        """Write everything that was planned, in a constant number of statements per batch."""
        Deal.objects.bulk_create(self.created, batch_size=_BATCH)
        Deal.objects.bulk_update(self.updated, _WRITTEN, batch_size=_BATCH)
        Deal.objects.bulk_update(self.touched, ["modified_at"], batch_size=_BATCH)
        self.contacts.write()
        DealChange.objects.bulk_create(self.steps, batch_size=_BATCH)
        for cause, ids in self.notes.items():
            note_changes(subject=PendingChange.Subject.DEAL, ids=ids, cause=cause, now=self.now)
        return IntakeCounts(len(self.created), len(self.updated), self.unchanged)


def _assign(deal: Deal, wanted: dict[str, Any]) -> set[str]:
    """Set what differs and return its names; related rows were loaded with the deal."""
    different = {name for name, value in wanted.items() if getattr(deal, name) != value}
    for name in different:
        setattr(deal, name, wanted[name])
    return different


def _unknown_stage(record: DealRecord) -> FoundProblem:
    return FoundProblem(
        code="unknown-stage",
        message=f"Deal “{record.name or record.external_id}” stands in stage "
        f"“{record.stage_external_id}”, which is not known.",
        external_id=record.external_id,
        record={"stage": record.stage_external_id, "pipeline": record.pipeline_external_id},
        is_retryable=True,
    )


def _stages(connection: Connection) -> dict[str, dict[str, Stage]]:
    stages: dict[str, dict[str, Stage]] = defaultdict(dict)
    for stage in Stage.objects.filter(pipeline__connection=connection).select_related("pipeline"):
        stages[stage.pipeline.external_id][stage.external_id] = stage
    return stages


def _companies(connection: Connection, records: list[DealRecord]) -> dict[str, Company]:
    wanted = {record.company_external_id for record in records if record.company_external_id}
    known = Company.objects.filter(connection=connection, external_id__in=wanted)
    return {company.external_id: company for company in known}


def _told_before(
    records: list[DealRecord], deals: dict[str, Deal]
) -> set[tuple[UUID, str, datetime]]:
    with_history = [r.external_id for r in records if r.history and r.external_id in deals]
    return set(
        DealChange.objects.filter(
            deal__in=[deals[external_id] for external_id in with_history]
        ).values_list("deal_id", "field", "changed_at")
    )

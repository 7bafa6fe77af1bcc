"""The one way by which CRM records become our rows: pipelines and companies here,
contacts and deals in the modules beside.

Every function takes a batch in a constant number of queries, is safe to repeat (the same
records again change nothing) and never goes back to an older version of a record.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from crm_sync.contact_intake import take_contacts
from crm_sync.deal_intake import take_deals
from crm_sync.intake_counts import IntakeCounts, crop, is_older
from crm_sync.models import Company, Connection, Deal, Pipeline, Stage, SyncRun
from crm_sync.records import CompanyRecord, PipelineRecord, StageRecord
from crm_sync.stages import move_outcomes
from tracking.changes import note_changes
from tracking.models import PendingChange

__all__ = ["IntakeCounts", "take_companies", "take_contacts", "take_deals", "take_pipelines"]


@transaction.atomic
def take_pipelines(
    *, connection: Connection, run: SyncRun, records: Sequence[PipelineRecord], now: datetime
) -> IntakeCounts:
    """Take over pipelines with their stages; a stage that is gone is kept and archived.

    A stage whose meaning was set by hand keeps it; another whose meaning changed moves its
    deals along. The counts are of stages.
    """
    counts = IntakeCounts()
    for record in records:
        pipeline, _ = Pipeline.objects.update_or_create(
            connection=connection,
            external_id=record.external_id,
            defaults={"name": crop(record.name, 120)},
        )
        counts += _take_stages(pipeline, run, record.stages, now)
    return counts


def _take_stages(
    pipeline: Pipeline, run: SyncRun, records: Sequence[StageRecord], now: datetime
) -> IntakeCounts:
    known = {stage.external_id: stage for stage in pipeline.stages.all()}
    created, updated, unchanged = 0, 0, 0
    for record in records:
        stage = known.pop(record.external_id, None)
        if stage is None:
            Stage(pipeline=pipeline, external_id=record.external_id, **_fields(record)).save()
            created += 1
        elif _update_stage(stage, run, record, now):
            updated += 1
        else:
            unchanged += 1
    gone = Stage.objects.filter(pk__in=[stage.pk for stage in known.values()], is_archived=False)
    return IntakeCounts(created, updated + gone.update(is_archived=True), unchanged)


def _fields(record: StageRecord) -> dict[str, str | int | bool]:
    return {
        "name": crop(record.name, 120),
        "outcome": record.outcome,
        "position": record.position,
        "is_archived": record.is_archived,
    }


def _update_stage(stage: Stage, run: SyncRun, record: StageRecord, now: datetime) -> bool:
    wanted = _fields(record)
    if stage.is_outcome_fixed:
        wanted.pop("outcome")
    different = {name: value for name, value in wanted.items() if getattr(stage, name) != value}
    for name, value in different.items():
        setattr(stage, name, value)
    if different:
        stage.save(update_fields=list(different))
    if "outcome" in different:
        move_outcomes(stage=stage, run=run, now=now)
    return bool(different)


@transaction.atomic
def take_companies(
    *, connection: Connection, run: SyncRun, records: Sequence[CompanyRecord], now: datetime
) -> IntakeCounts:
    """Take over companies. `run` is as for the other records.

    The deals of a company whose domain changed are noted: a free-mail domain makes no company,
    so whose touches count may be different now.
    """
    latest = {record.external_id: record for record in records}
    known = {
        company.external_id: company
        for company in Company.objects.filter(connection=connection, external_id__in=latest)
    }
    created, updated, unchanged = [], [], 0
    moved: list[Company] = []
    for record in latest.values():
        company = known.get(record.external_id)
        if company is None:
            created.append(_write(Company(connection=connection), record))
        elif is_older(record, company) or not _differs(company, record):
            unchanged += 1
        else:
            domain = company.domain
            updated.append(_write(company, record))
            moved += [company] if company.domain != domain else []
    Company.objects.bulk_create(created, batch_size=1000)
    Company.objects.bulk_update(updated, ["name", "domain", "modified_at"], batch_size=1000)
    if moved:
        deals = Deal.objects.filter(company__in=moved).values_list("pk", flat=True)
        note_changes(
            subject=PendingChange.Subject.DEAL, ids=list(deals), cause="deal_changed", now=now
        )
    return IntakeCounts(len(created), len(updated), unchanged)


def _differs(company: Company, record: CompanyRecord) -> bool:
    return (company.name, company.domain) != (crop(record.name, 200), crop(record.domain, 255))


def _write(company: Company, record: CompanyRecord) -> Company:
    company.external_id = record.external_id
    company.name = crop(record.name, 200)
    company.domain = crop(record.domain, 255)
    company.modified_at = record.modified_at
    return company

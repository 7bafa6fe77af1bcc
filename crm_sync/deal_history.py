"""A deal's history: what a change of its facts looks like in words, and when it happened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from campaigns.money import format_amount
from crm_sync.models import Deal, DealChange, Stage, SyncRun
from crm_sync.records import DealRecord, HistoryChange

Field = DealChange.Field
Words = dict[Field, str]

_OF_A_NEW_DEAL: Final = (Field.CREATED, Field.STAGE)
_HISTORY_FIELDS: Final = {
    "stage": Field.STAGE,
    "amount": Field.AMOUNT,
    "closed_at": Field.CLOSED_AT,
}
_VALUE_LENGTH: Final = 200


def in_words(deal: Deal, *, stage: str, company: str, contacts: Iterable[str]) -> Words:
    """Say a deal's facts as people read them; `contacts` are display names."""
    return {
        Field.CREATED: _created_text(deal),
        Field.STAGE: stage,
        Field.AMOUNT: amount_text(deal.amount_minor, deal.currency),
        Field.CLOSED_AT: deal.closed_at.date().isoformat() if deal.closed_at else "",
        Field.CONTACTS: ", ".join(sorted(contacts)),
        Field.COMPANY: company,
        Field.DELETED: "deleted in the CRM" if deal.deleted_at else "",
    }


def _created_text(deal: Deal) -> str:
    amount = amount_text(deal.amount_minor, deal.currency) or "without a value"
    return amount if deal.deal_created_at else f"{amount}; first seen here, its date is unknown"


def amount_text(minor: int | None, currency: str) -> str:
    """Return `1054.00 USD`, or nothing where the CRM has no value."""
    return "" if minor is None else f"{format_amount(minor, currency)} {currency}"


def first_steps(
    deal: Deal, record: DealRecord, words: Words, *, run: SyncRun | None, now: datetime
) -> list[DealChange]:
    """Return the beginning of a new deal's history: its creation and the stage we found it in."""
    told = {_HISTORY_FIELDS[change.field] for change in record.history}
    return [
        _step(
            deal,
            field,
            "",
            words[field],
            _moment(field, record, deal, is_new=True) or now,
            run,
            now,
        )
        for field in _OF_A_NEW_DEAL
        if field not in told
    ]


def next_steps(
    deal: Deal,
    record: DealRecord,
    *,
    before: Words,
    after: Words,
    run: SyncRun | None,
    now: datetime,
) -> list[DealChange]:
    """Return one row for every fact that reads differently now, unless the CRM tells it itself."""
    told = {_HISTORY_FIELDS[change.field] for change in record.history} | {Field.CREATED}
    return [
        _step(deal, field, before[field], text, _moment(field, record, deal) or now, run, now)
        for field, text in after.items()
        if text != before[field] and field not in told
    ]


def told_steps(
    deal: Deal, record: DealRecord, *, stages: dict[str, Stage], run: SyncRun | None, now: datetime
) -> list[DealChange]:
    """Return the history that the CRM itself tells, oldest first, each with its old value.

    `stages` are those of the deal's pipeline by external id.
    """
    latest: dict[str, str] = {}
    steps = []
    for change in sorted(record.history, key=lambda change: change.changed_at):
        text = _told_text(change, deal.currency, stages)
        old = latest.get(change.field, "")
        latest[change.field] = text
        field = _HISTORY_FIELDS[change.field]
        if text != old:
            steps.append(_step(deal, field, old, text, change.changed_at, run, now))
    return steps


def _told_text(change: HistoryChange, currency: str, stages: dict[str, Stage]) -> str:
    if change.field == "stage":
        stage = stages.get(change.value)
        return stage.name if stage else change.value
    if change.field == "amount":
        return amount_text(int(change.value), currency) if change.value else ""
    return change.value[:10]


def _moment(
    field: Field, record: DealRecord, deal: Deal, *, is_new: bool = False
) -> datetime | None:
    """Return when it happened in the CRM, as far as the record says."""
    created = record.created_at if is_new else None
    if field == Field.CREATED:
        return created or record.modified_at
    if field == Field.STAGE:
        closed = record.closed_at if deal.outcome != Stage.Outcome.OPEN else None
        return record.stage_entered_at or closed or created or record.modified_at
    return record.modified_at


def _step(
    deal: Deal,
    field: Field,
    old: str,
    new: str,
    changed_at: datetime,
    run: SyncRun | None,
    now: datetime,
) -> DealChange:
    return DealChange(
        deal=deal,
        run=run,
        field=field,
        old_value=old[:_VALUE_LENGTH],
        new_value=new[:_VALUE_LENGTH],
        changed_at=changed_at,
        observed_at=now,
    )

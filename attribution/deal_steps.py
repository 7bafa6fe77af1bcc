"""A deal's recorded changes as the steps of its timeline, in words. Pure.

A change holds its values as text: amounts as `1054.00 USD`, days as `2026-11-23`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from campaigns.money import InvalidAmountError, display_amount, parse_amount
from crm_sync.models import DealChange

_Field = DealChange.Field
_RANK: Final = {name: rank for rank, name in enumerate(_Field.values)}
_AT_CREATION: Final = timedelta(minutes=1)
"""A CRM writes a new deal's first values moments after the deal."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened to the deal."""

    id: UUID
    occurred_at: datetime
    title: str


def steps_of(changes: Iterable[DealChange]) -> list[Step]:
    """Return the steps, earliest first, of equal times the creation first.

    The creation tells the deal's first amount and stage; they are no steps of their own.
    """
    ordered = sorted(changes, key=lambda one: (one.changed_at, _RANK[one.field], one.id))
    created = next((one for one in ordered if one.field == _Field.CREATED), None)
    if created is None:
        return [_step(one) for one in ordered]
    first = {
        name: next((one for one in ordered if one.field == name and not one.old_value), None)
        for name in (_Field.AMOUNT, _Field.STAGE)
    }
    folded = [one for one in first.values() if one and _is_at_creation(one, created)]
    rest = [one for one in ordered if one is not created and one not in folded]
    steps = [_creation(created, first[_Field.AMOUNT], first[_Field.STAGE])]
    steps += [_step(one) for one in rest]
    return sorted(steps, key=lambda one: one.occurred_at)


def _is_at_creation(change: DealChange, created: DealChange) -> bool:
    return change.changed_at <= created.changed_at + _AT_CREATION


def _creation(created: DealChange, amount: DealChange | None, stage: DealChange | None) -> Step:
    """Say what the deal was at first; an amount that came later is told where it came."""
    text, separator, remark = created.new_value.partition(";")
    if amount is not None:
        text = amount.new_value if _is_at_creation(amount, created) else "without a value"
    parts = [_shown(_Field.AMOUNT, text)] if text else []
    if stage is not None and _is_at_creation(stage, created):
        parts.append(f"stage {stage.new_value}")
    told = ", ".join(parts) + separator + remark
    title = f"{created.get_field_display()}: {told}" if told else created.get_field_display()
    return Step(created.pk, created.changed_at, title)


def _step(change: DealChange) -> Step:
    return Step(change.pk, change.changed_at, _title(change))


def _title(change: DealChange) -> str:
    name = change.get_field_display()
    if change.field == _Field.DELETED:
        return "Deleted in the CRM" if change.new_value else "Restored in the CRM"
    old, new = (_shown(change.field, value) for value in (change.old_value, change.new_value))
    if old:
        return f"{name}: {old} → {new or 'none'}"
    return f"{name}: {new}" if new else name


def _shown(name: str, value: str) -> str:
    """Return a value as people read it; what is no amount or day stays as it is."""
    try:
        if name in {_Field.AMOUNT, _Field.CREATED}:
            number, _, currency = value.partition(" ")
            return display_amount(parse_amount(number, currency), currency)
        if name == _Field.CLOSED_AT:
            day = date.fromisoformat(value)
            return f"{day.day} {day:%b %Y}"
    except (InvalidAmountError, ValueError):
        return value
    return value

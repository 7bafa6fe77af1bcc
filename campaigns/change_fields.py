"""Field by field, what a row of history says that the row before it did not."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Field, Model
from django.utils import timezone

from campaigns.change_kinds import KINDS, Kind
from campaigns.change_names import Names
from campaigns.change_words import FieldChange, field_change, in_words
from campaigns.money import Money


def field_changes(kind: Kind, before: Any, after: Any, names: Names) -> tuple[FieldChange, ...]:
    """Return what changed, in words. `before` or `after` is None where there was no row."""
    found = (
        field_change(
            field.name,
            label_of(kind, field),
            _words(kind, before, field, names),
            _words(kind, after, field, names),
        )
        for field in shown_fields(kind)
    )
    return tuple(change for change in found if change is not None)


def shown_fields(kind: Kind) -> "list[Field[Any, Any]]":
    """Return the columns whose changes people read."""
    left_out = kind.hidden | set(kind.money.values())
    return [field for field in kind.model._meta.concrete_fields if field.name not in left_out]


def label_of(kind: Kind, field: "Field[Any, Any]") -> str:
    """Return what a column is called."""
    words = kind.labels.get(field.name) or str(field.verbose_name)
    return words[:1].upper() + words[1:]


def named_objects(kind: Kind, row: Any) -> Iterator[tuple[type[Model], Any]]:
    """Yield the objects whose names a row's words need, and the one whose page shows it."""
    yield KINDS[kind.object_code].model, getattr(row, kind.whole_id)
    needed = {field.name for field in shown_fields(kind)} | {"channel"}
    for field in kind.model._meta.concrete_fields:
        if field.is_relation and field.name in needed:
            yield field.related_model, getattr(row, field.attname)


def _words(kind: Kind, row: Any, field: Any, names: Names) -> str:
    value = None if row is None else getattr(row, field.attname)
    if value is None or value == "":
        return in_words(None)
    if field.name in kind.money:
        return str(Money(value, getattr(row, kind.money[field.name])))
    if field.is_relation:
        return names(field.related_model, value)
    if field.flatchoices:
        return str(dict(field.flatchoices).get(value, value))
    return in_words(timezone.localtime(value) if isinstance(value, datetime) else value)

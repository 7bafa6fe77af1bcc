"""What related objects are called, for many changes at once, also where an object is gone."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Model

from campaigns.change_kinds import KINDS


class Names:
    """The names of the objects that some rows of history speak of. One query per model.

    Where an object is gone, one more finds what it was called last.
    """

    def __init__(self, wanted: Iterable[tuple[type[Model], Any]]) -> None:
        """Look the objects up."""
        ids: dict[type[Model], set[Any]] = {}
        for model, pk in wanted:
            if pk is not None:
                ids.setdefault(model, set()).add(pk)
        self._there: set[tuple[type[Model], Any]] = set()
        self._names: dict[tuple[type[Model], Any], str] = {}
        # Channels come first: conventions and policies are called after theirs.
        for model in sorted(ids, key=lambda model: model._meta.model_name != "channel"):
            self._look_up(model, ids[model])

    def __call__(self, model: type[Model], pk: UUID | None) -> str:
        """Return what an object is called, or was; empty for none."""
        if pk is None:
            return ""
        return self._names.get((model, pk)) or f"a deleted {model._meta.verbose_name}"

    def is_there(self, model: type[Model], pk: UUID) -> bool:
        """Say whether an object still exists."""
        return (model, pk) in self._there

    def _look_up(self, model: type[Model], ids: set[Any]) -> None:
        rows = model._default_manager.all()
        if any(field.name == "channel" for field in model._meta.concrete_fields):
            rows = rows.select_related("channel")
        for pk, row in rows.in_bulk(list(ids)).items():
            self._names[model, pk] = str(row)
            self._there.add((model, pk))
        gone = [pk for pk in ids if (model, pk) not in self._there]
        kind = next((kind for kind in KINDS.values() if kind.model is model), None)
        if gone and kind is not None:
            latest = kind.model.history.filter(id__in=gone).order_by("id", "-history_date")
            for row in latest.distinct("id"):
                self._names[model, row.id] = kind.title(row, self)

"""Who changed what and when: the histories of several models as one log, the newest first.

The log is read in pages by its keys, so that a page costs the same however long the log is.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery, Value

from campaigns.change_fields import field_changes, named_objects
from campaigns.change_kinds import KINDS, Kind, kinds_of_object
from campaigns.change_names import Names
from campaigns.change_words import FieldChange

_MOST_ROUNDS = 5
_ACTIONS = {"+": "created", "~": "changed", "-": "deleted"}
SYSTEM = "Textrail"
"""Who changed what nobody signed in did."""

Key = tuple[datetime, str, int]
"""A change's place: when, which kind, and its row of that kind's history."""


class MalformedCursorError(ValueError):
    """The text names no place in the log."""


@dataclass(frozen=True, slots=True)
class ChangeFilter:
    """Which changes: of these kinds, of one object, by one user, in a period, by name."""

    kinds: Sequence[Kind]
    object_id: UUID | None = None
    by: int | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of one row. `part` names it where it is a part of the object, as a text is.

    `is_first_known` says that the row existed before its history began.
    """

    key: Key
    kind: Kind
    action: str
    by: str
    object_id: UUID
    title: str
    part: str
    is_there: bool
    reason: str
    fields: tuple[FieldChange, ...]
    is_first_known: bool

    @property
    def at(self) -> datetime:
        """Return when it was."""
        return self.key[0]


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changes, and the cursor of those before them; empty where there are none."""

    changes: Sequence[Change]
    older: str


def change_page(wanted: ChangeFilter, *, cursor: str = "", size: int = 50) -> ChangePage:
    """Return the newest changes, or those older than a cursor. Saves without a change are left out.

    Costs one query for the places, up to three per kind, and a few for names; up to five times
    that where most saves changed nothing.

    Raises:
        MalformedCursorError: the cursor is none of a page's.
    """
    before = decode_cursor(cursor) if cursor else None
    found: list[Change] = []
    for _ in range(_MOST_ROUNDS):
        keys = _keys(wanted, before, size + 1)
        read = _read(keys[:size])
        found.extend(change for change in read if _tells_something(change))
        before = keys[size - 1] if len(keys) > size else None
        if before is None or len(found) >= size:
            break
    if len(found) > size:
        found = found[:size]
        before = found[-1].key
    return ChangePage(found, encode_cursor(before) if before else "")


def _tells_something(change: Change) -> bool:
    return bool(change.fields) or change.action != "changed" or change.is_first_known


def _keys(wanted: ChangeFilter, before: Key | None, count: int) -> list[Key]:
    """Return the places of the next rows. Each kind gives its newest, by the index on its dates."""
    branches = [
        _rows(kind, wanted, before)
        .annotate(code=Value(kind.code))
        .order_by("-history_date", "-history_id")
        .values_list("history_date", "code", "history_id")[:count]
        for kind in wanted.kinds
    ]
    if not branches:
        return []
    merged = branches[0].union(*branches[1:], all=True) if len(branches) > 1 else branches[0]
    if len(branches) > 1:
        merged = merged.order_by("-history_date", "-code", "-history_id")[:count]
    return list(merged)


def _rows(kind: Kind, wanted: ChangeFilter, before: Key | None) -> QuerySet[Any]:
    rows: QuerySet[Any] = kind.model.history.all()
    if wanted.object_id is not None:
        rows = rows.filter(**{kind.whole_id: wanted.object_id})
    if wanted.by is not None:
        rows = rows.filter(history_user=wanted.by)
    if wanted.since is not None:
        rows = rows.filter(history_date__gte=wanted.since)
    if wanted.until is not None:
        rows = rows.filter(history_date__lt=wanted.until)
    if wanted.text:
        rows = rows.filter(kind.search(wanted.text))
    return rows if before is None else rows.filter(_older(kind, before))


def _older(kind: Kind, key: Key) -> Q:
    at, code, history_id = key
    if kind.code < code:
        return Q(history_date__lte=at)
    if kind.code > code:
        return Q(history_date__lt=at)
    return Q(history_date__lt=at) | Q(history_date=at, history_id__lt=history_id)


def _read(keys: Sequence[Key]) -> list[Change]:
    """Read the rows at these places with those before them, and say what changed."""
    rows = {code: _with_previous(KINDS[code], keys) for code in {code for _, code, _ in keys}}
    names = Names(
        named
        for code, pairs in rows.items()
        for pair in pairs.values()
        for row in pair
        if row is not None
        for named in named_objects(KINDS[code], row)
    )
    return [_change(key, *rows[key[1]][key[2]], names) for key in keys if key[2] in rows[key[1]]]


def _with_previous(kind: Kind, keys: Iterable[Key]) -> dict[int, tuple[Any, Any]]:
    """Return each row and the one before it of the same object, by the row's id."""
    earlier = kind.model.history.filter(
        Q(history_date__lt=OuterRef("history_date"))
        | Q(history_date=OuterRef("history_date"), history_id__lt=OuterRef("history_id")),
        id=OuterRef("id"),
    ).order_by("-history_date", "-history_id")
    wanted = [history_id for _, code, history_id in keys if code == kind.code]
    rows = list(
        kind.model.history.filter(history_id__in=wanted)
        .select_related("history_user")
        .annotate(previous=Subquery(earlier.values("history_id")[:1]))
    )
    previous = kind.model.history.in_bulk([row.previous for row in rows if row.previous])
    return {row.history_id: (row, previous.get(row.previous)) for row in rows}


def _change(key: Key, row: Any, previous: Any, names: Names) -> Change:
    kind = KINDS[key[1]]
    action = _ACTIONS[row.history_type]
    before = previous if action == "changed" else None
    after = row
    if action == "deleted":
        before, after = row, None
    is_first_known = action == "changed" and previous is None
    object_id = getattr(row, kind.whole_id)
    return Change(
        key=key,
        kind=kind,
        action=action,
        by=str(row.history_user or SYSTEM),
        object_id=object_id,
        title=kind.title(row, names),
        part=kind.part(row),
        is_there=names.is_there(KINDS[kind.object_code].model, object_id),
        reason=row.history_change_reason or "",
        fields=() if is_first_known else field_changes(kind, before, after, names),
        is_first_known=is_first_known,
    )


def encode_cursor(key: Key) -> str:
    """Return a place in the log as a text for addresses."""
    text = f"{key[0].isoformat()}|{key[1]}|{key[2]}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(text: str) -> Key:
    """Return the place that a cursor names.

    Raises:
        MalformedCursorError: the text names none.
    """
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        at, code, history_id = raw.decode().split("|")
        key = (datetime.fromisoformat(at), code, int(history_id))
    except (binascii.Error, ValueError) as error:
        raise MalformedCursorError(text) from error
    if key[0].tzinfo is None or code not in KINDS or not 0 <= key[2] < 2**63:
        raise MalformedCursorError(text)
    return key


def changes_of(
    *, code: str, object_id: UUID, may_see: Callable[[str], bool], size: int
) -> ChangePage:
    """Return the newest changes of one object and its parts, as far as somebody may see them."""
    kinds = [kind for kind in kinds_of_object(code) if may_see(kind.permission)]
    return change_page(ChangeFilter(kinds, object_id=object_id), size=size)

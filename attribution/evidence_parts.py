"""Rules and the facts of some outcomes as text, and back into what the engine divides by. Pure.

Times are whole microseconds since 1970 in UTC, days ISO 8601, ids as RFC 9562 writes them; what
does not exist is empty. A part has everything that its outcomes need, so parts can be checked one
after the other.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from attribution.facts import ID, NO_ID, PLACE, Facts, day_number, day_of, id_of, nowhere
from attribution.journeys import NO_TIME, Ints, Members, Outcomes, Touches
from attribution.weights import TOUCH_KINDS

_IDS = tuple(name for name in PLACE.names or () if name.endswith("_id"))


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """An outcome of a bundle. `is_waiting`: a change of its facts was not settled yet."""

    id: UUID
    kind: str
    deal_id: UUID | None
    refund_id: UUID | None
    event_id: UUID | None
    person_id: UUID | None
    occurred_at: int | None
    day: date | None
    source_amount_minor: int | None
    source_currency: str
    rate: Decimal | None
    amount_minor: int
    exclusion: str
    is_waiting: bool

    def as_text(self) -> tuple[object, ...]:
        """Return its row of the table."""
        return (
            self.id, self.kind, self.deal_id or "", self.refund_id or "", self.event_id or "",
            self.person_id or "", _text(self.occurred_at), self.day or "",
            _text(self.source_amount_minor), self.source_currency,
            "" if self.rate is None else f"{self.rate:.10f}", self.amount_minor, self.exclusion,
            int(self.is_waiting),
        )  # fmt: skip

    @classmethod
    def of_text(cls, row: Sequence[str]) -> "OutcomeRow":
        """Return the outcome of a row.

        Raises:
            ValueError: a value is none of its column's.
        """
        deal, refund, event, person = (_id(text) for text in row[2:6])
        return cls(
            id=UUID(row[0]),
            kind=row[1],
            deal_id=deal,
            refund_id=refund,
            event_id=event,
            person_id=person,
            occurred_at=_number(row[6]),
            day=_day(row[7]),
            source_amount_minor=_number(row[8]),
            source_currency=row[9],
            rate=Decimal(row[10]) if row[10] else None,
            amount_minor=int(row[11]),
            exclusion=row[12],
            is_waiting=row[13] == "1",
        )


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A version of a rule as a bundle tells it; what the division asks for."""

    id: UUID
    name: str
    kind: str
    parameters: Mapping[str, object]
    lookback_days: int | None
    contact_mode: str
    is_active: bool

    @classmethod
    def of_text(cls, row: Sequence[str]) -> "RuleRow":
        """Return the rule of a row.

        Raises:
            ValueError: a value is none of its column's.
        """
        parameters = json.loads(row[5])
        if not isinstance(parameters, dict):
            raise ValueError(f"the parameters of rule {row[0]} are no object")  # noqa: TRY004 - of a file
        return cls(
            id=UUID(row[0]),
            name=f"{row[1]}@{row[2]}",
            kind=row[4],
            parameters=parameters,
            lookback_days=int(row[6]) if row[6] else None,
            contact_mode=row[7],
            is_active=not row[9],
        )


def people_rows(facts: Facts, ids: Sequence[UUID]) -> list[tuple[object, ...]]:
    """Return who stands behind which outcome under each contact mode, in order."""
    return sorted(
        (mode, str(ids[outcome]), str(id_of(facts.people[person])))
        for mode, members in facts.members.items()
        for outcome, person in zip(members.outcome.tolist(), members.person.tolist(), strict=True)
    )


def anchor_rows(facts: Facts, ids: Sequence[UUID]) -> Iterator[tuple[object, ...]]:
    """Yield each outcome's moment and anchors under each contact mode, in order."""
    for mode in sorted(facts.outcomes):
        columns = facts.outcomes[mode]
        times = zip(
            columns.time.tolist(),
            columns.lead_time.tolist(),
            columns.opportunity_time.tolist(),
            strict=True,
        )
        for outcome_id, moments in zip(ids, times, strict=True):
            yield mode, outcome_id, *("" if time == NO_TIME else time for time in moments)


def touch_rows(facts: Facts, exclusions: Mapping[UUID, str]) -> Iterator[tuple[object, ...]]:
    """Yield the touches by id; `exclusions` names why a touch is excluded."""
    touches = facts.touches
    for row in np.lexsort((touches.id_low, touches.id_high)).tolist():
        place = facts.places[row]
        touch_id = id_of(place["touch_id"])
        if touch_id is None:
            continue
        yield (
            touch_id,
            id_of(facts.people[touches.person[row]]),
            int(touches.time[row]),
            int(touches.grade[row]),
            int(touches.priority[row]),
            "" if touches.click[row] < 0 else int(touches.click[row]),
            TOUCH_KINDS[touches.kind[row]],
            exclusions.get(touch_id, "") if touches.is_excluded[row] else "",
            int(touches.is_direct[row]),
            *(id_of(place[name]) or "" for name in _IDS[1:]),
            day_of(place["touch_date"]) or "",
        )


def facts_of(
    *,
    outcomes: Sequence[OutcomeRow],
    people: Iterable[Sequence[str]],
    anchors: Iterable[Sequence[str]],
    touches: Iterable[Sequence[str]],
) -> Facts:
    """Return the facts behind the rows of a part.

    Raises:
        ValueError: a value is none of its column's, or a row names an outcome that is not there.
    """
    place = {str(outcome.id): row for row, outcome in enumerate(outcomes)}
    pairs = [tuple(row) for row in people]
    known = list(touches)
    persons = sorted({person for *_, person in pairs} | {row[1] for row in known})
    number = {person: row for row, person in enumerate(persons)}
    modes = sorted({mode for mode, *_ in pairs})
    by_mode = _anchors(anchors, place, len(outcomes))
    return Facts(
        outcomes=by_mode,
        touches=_touches(known, number),
        places=_places(known),
        members={mode: _members(pairs, mode, place, number) for mode in {*modes, *by_mode}},
        people=np.array([id_bytes(person) for person in persons], ID),
    )


def _members(
    pairs: Iterable[Sequence[str]], mode: str, place: Mapping[str, int], number: Mapping[str, int]
) -> Members:
    own = [
        (_row(place, outcome), number[person]) for each, outcome, person in pairs if each == mode
    ]
    columns = np.array(own, np.int64).reshape(-1, 2)
    return Members(outcome=columns[:, 0], person=columns[:, 1])


def _anchors(
    rows: Iterable[Sequence[str]], place: Mapping[str, int], count: int
) -> dict[str, Outcomes]:
    columns: dict[str, Ints] = {}
    for mode, outcome, *moments in rows:
        table = columns.setdefault(mode, np.full((3, count), NO_TIME))
        table[:, _row(place, outcome)] = [NO_TIME if not text else int(text) for text in moments]
    return {
        mode: Outcomes(time=table[0], lead_time=table[1], opportunity_time=table[2])
        for mode, table in columns.items()
    }


def _row(place: Mapping[str, int], outcome: str) -> int:
    if outcome not in place:
        raise ValueError(f"outcome {outcome} is not among the part's outcomes")
    return place[outcome]


def _touches(rows: Sequence[Sequence[str]], number: Mapping[str, int]) -> Touches:
    ids = [UUID(row[0]).int for row in rows]
    channel_ids, channel = _codes([row[9] for row in rows])
    campaign_ids, campaign = _codes([row[10] for row in rows])
    return Touches(
        person=_column(number[row[1]] for row in rows),
        time=_column(int(row[2]) for row in rows),
        grade=_column(int(row[3]) for row in rows),
        priority=_column(int(row[4]) for row in rows),
        id_high=np.array([one >> 64 for one in ids], np.uint64),
        id_low=np.array([one & (2**64 - 1) for one in ids], np.uint64),
        click=_column(int(row[5]) if row[5] else -1 for row in rows),
        kind=_column(TOUCH_KINDS.index(row[6]) for row in rows),
        is_excluded=np.array([bool(row[7]) for row in rows], bool),
        is_direct=np.array([row[8] == "1" for row in rows], bool),
        channel=channel,
        campaign=campaign,
        channel_ids=channel_ids,
        campaign_ids=campaign_ids,
    )


def _places(rows: Sequence[Sequence[str]]) -> NDArray[Any]:
    places = np.zeros(len(rows), PLACE)
    for row, texts in enumerate(rows):
        places[row] = (
            *(id_bytes(text) for text in (texts[0], *texts[9:14])),
            day_number(_day(texts[14])),
        )
    return np.concatenate((places, nowhere()))


def _codes(texts: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    known = sorted(set(texts) - {""})
    code = {text: row for row, text in enumerate(known)}
    return tuple(known), _column(code.get(text, -1) for text in texts)


def _column(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def id_bytes(text: str) -> bytes:
    """Return an id's 16 bytes, zeros for none.

    Raises:
        ValueError: it is no id.
    """
    return UUID(text).bytes if text else NO_ID


def _id(text: str) -> UUID | None:
    return UUID(text) if text else None


def _number(text: str) -> int | None:
    return int(text) if text else None


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _text(value: int | None) -> str:
    return "" if value is None else str(value)

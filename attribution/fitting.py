"""Fits data-driven rules on the journeys that led to a goal and on those that did not.

What a fit finds is kept in the rule's version, with its moment and what it was fitted on, and
stays as it is until somebody fits again. So a deal's change never moves the credit of another
deal, past days can be read as they were, and proving the ledger needs no fit.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TypeVar
from uuid import UUID

import numpy as np
from django.db.models import Max

from attribution.data_driven import (
    Effects,
    NotFittableError,
    Paths,
    exact_shares,
    removal_effects,
    shapley_values,
)
from attribution.division import DIVISIBLE
from attribution.facts import id_of
from attribution.journeys import Ints, Journeys, eligible_journeys
from attribution.members import people_behind
from attribution.models import Outcome
from attribution.touches import gather
from attribution.weights import NO_CAMPAIGN, check_fit_parameters
from campaigns.models import Campaign, Channel
from tracking.models import Touchpoint

__all__ = ["NotFittableError", "fitted_parameters"]

LEAST_JOURNEYS = 20
"""A fit on fewer journeys that led to the goal would be chance."""

LEAST_PLACES = 2
"""With one channel there is nothing to share."""

_CHUNK = 2_000
_Item = TypeVar("_Item")


@dataclass(slots=True)
class _Collected:
    """Journeys as ids and lengths, chunk by chunk."""

    places: list[list[str]] = field(default_factory=list)
    codes: list[Ints] = field(default_factory=list)
    lengths: list[Ints] = field(default_factory=list)

    @property
    def count(self) -> int:
        return sum(len(each) for each in self.lengths)


def fitted_parameters(
    *,
    kind: str,
    parameters: Mapping[str, object],
    lookback_days: int | None,
    contact_mode: str,
    now: datetime,
) -> dict[str, object]:
    """Return a data-driven rule's parameters with the shares its journeys say now.

    The journeys are those of the goal's outcomes up to `now` under the rule's own lookback and
    contact mode. Null paths are those of people with touches who stand behind no such outcome,
    up to their latest touch.

    Raises:
        InvalidRuleError: a parameter means nothing.
        NotFittableError: there are too few journeys; the text says what is missing.
    """
    check_fit_parameters(kind=kind, parameters=parameters)
    goal, by = str(parameters.get("goal", "win")), str(parameters.get("by", "channel"))
    keeps_direct = parameters.get("keeps_direct") is True
    won, lost = _Collected(), _Collected()
    converted: set[str] = set()
    for chunk in _in_chunks(_goal_outcomes(goal, now)):
        converted.update(str(id_of(raw)) for raw in people_behind(chunk, contact_mode)["person"])
        _collect(won, chunk, contact_mode, lookback_days, keeps_direct, by)
    for chunk in _in_chunks(_ends_of_others(converted, now)):
        _collect(lost, chunk, contact_mode, lookback_days, keeps_direct, by)
    paths, places = _paths(won, lost)
    _check_enough(won, places, goal, by)
    effects = _effects(kind, paths, len(places), parameters)
    settings = {
        name: parameters[name]
        for name in ("by", "goal", "order", "keeps_direct")
        if name in parameters
    }
    return {
        **settings,
        "shares": _texts(places, exact_shares(effects.values)),
        "names": _names(places, by),
        "fitted_at": now.isoformat(),
        "fitted_on": {
            "journeys": won.count,
            "null_paths": lost.count,
            "touches": int(paths.start[-1]),
            "conversion_rate": f"{effects.conversion_rate:.6f}",
        },
        **_standard_errors(places, effects),
    }


def _goal_outcomes(goal: str, now: datetime) -> Iterator[Outcome]:
    outcomes = Outcome.objects.filter(kind=goal, occurred_at__lte=now, exclusion__in=DIVISIBLE)
    return outcomes.order_by("pk").iterator(chunk_size=_CHUNK)


def _ends_of_others(converted: set[str], now: datetime) -> Iterator[Outcome]:
    """Yield, for everybody who touched and did not convert, an outcome that never was."""
    latest = (
        Touchpoint.objects.filter(
            exclusion="", occurred_at__lte=now, identity__person__isnull=False
        )
        .order_by("identity__person")
        .values_list("identity__person")
        .annotate(latest=Max("occurred_at"))
    )
    for person, moment in latest.iterator(chunk_size=_CHUNK):
        if str(person) not in converted:
            yield Outcome(kind=Outcome.Kind.LEAD, person_id=person, occurred_at=moment)


def _collect(
    into: _Collected,
    outcomes: list[Outcome],
    mode: str,
    lookback_days: int | None,
    keeps_direct: bool,  # noqa: FBT001
    by: str,
) -> None:
    """Add the journeys of some outcomes; those without an eligible touch teach nothing."""
    facts = gather(outcomes, {mode})
    touches = facts.touches
    journeys = eligible_journeys(
        touches=touches,
        outcomes=facts.outcomes[mode],
        members=facts.members[mode],
        lookback_days=lookback_days,
        keeps_direct=keeps_direct,
    )
    codes = touches.channel if by == "channel" else touches.campaign
    ids = touches.channel_ids if by == "channel" else touches.campaign_ids
    into.places.append([*ids, NO_CAMPAIGN])
    into.codes.append(codes[journeys.touch])
    into.lengths.append(_filled(journeys))


def _filled(journeys: Journeys) -> Ints:
    return journeys.lengths[journeys.lengths > 0]


def _paths(won: _Collected, lost: _Collected) -> tuple[Paths, list[str]]:
    """Return all journeys with their places numbered in the order of their ids."""
    chunks = list(zip([*won.places, *lost.places], [*won.codes, *lost.codes], strict=True))
    seen = {names[code] for names, codes in chunks for code in np.unique(codes).tolist()}
    places = sorted(seen)
    number = {place: row for row, place in enumerate(places)}
    state = [np.array([number.get(name, -1) for name in names])[codes] for names, codes in chunks]
    lengths = np.concatenate([np.zeros(0, np.int64), *won.lengths, *lost.lengths])
    is_won = np.arange(len(lengths)) < won.count
    paths = Paths(
        start=np.concatenate(([0], np.cumsum(lengths))).astype(np.int64),
        state=np.concatenate([np.zeros(0, np.int64), *state]),
        conversions=is_won.astype(np.int64),
        nulls=(~is_won).astype(np.int64),
    )
    return paths, places


def _check_enough(won: _Collected, places: list[str], goal: str, by: str) -> None:
    if won.count < LEAST_JOURNEYS:
        raise NotFittableError(
            f"A fit needs at least {LEAST_JOURNEYS} journeys that led to the goal “{goal}”; "
            f"so far {won.count} with an eligible touch. Wait for more, choose an earlier goal "
            "or a longer lookback."
        )
    if len(places) < LEAST_PLACES:
        raise NotFittableError(
            f"All journeys touch one {by} only, so there is nothing to share between {by}s."
        )


def _effects(kind: str, paths: Paths, count: int, parameters: Mapping[str, object]) -> Effects:
    if kind == "markov":
        order = int(str(parameters.get("order", 1)))
        return removal_effects(paths, state_count=count, order=order)
    return shapley_values(paths, state_count=count)


def _standard_errors(places: list[str], effects: Effects) -> dict[str, object]:
    """Return the standard errors of sampled shares, in shares."""
    if effects.errors is None:
        return {}
    errors = effects.errors / effects.values.sum()
    return {"standard_errors": _texts(places, [f"{error:.6f}" for error in errors])}


def _texts(places: list[str], values: Iterable[object]) -> dict[str, str]:
    return {place: str(value) for place, value in zip(places, values, strict=True)}


def _names(places: list[str], by: str) -> dict[str, str]:
    model = Channel if by == "channel" else Campaign
    ids = [UUID(place) for place in places if place != NO_CAMPAIGN]
    named = {str(row.pk): row.name for row in model.objects.filter(pk__in=ids)}
    return {place: named.get(place, "No campaign") for place in places}


def _in_chunks(items: Iterator[_Item]) -> Iterator[list[_Item]]:
    while chunk := list(islice(items, _CHUNK)):
        yield chunk

"""The list of own staff and test traffic: add, change and take away, with a preview of each.

A change marks the touches of the people it concerns, found by their identities, and notes them
with the cause `exclusion`, so that their credit follows.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from itertools import islice
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, F, Func, Q, QuerySet, Value

from tracking.changes import note_changes
from tracking.exclusion_marks import hold_list, remark_touches
from tracking.identity_values import UnusableIdentityError, normalise_key
from tracking.models import Identity, PendingChange, Touchpoint, TrafficExclusion
from tracking.origins import refresh_origins
from tracking.visitors import Visitors

Kind = TrafficExclusion.Kind
_PEOPLE_AT_ONCE: Final = 2_000


class InvalidExclusionError(ValueError):
    """The value, or the period, is not one that can be excluded. `field` says which."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class Effect:
    """One figure of a preview, in words: `Wins it took part in`, `3, $1,200.00`."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Preview:
    """Whom an exclusion concerns, how many of their touches would change, and what hangs on them."""

    people: int
    touches: int
    effects: tuple[Effect, ...]


_effects: list[Callable[[QuerySet[Touchpoint]], Iterable[Effect]]] = []


def register_effect(describe: Callable[[QuerySet[Touchpoint]], Iterable[Effect]]) -> None:
    """Let an app to the right say what hangs on touches that may be excluded."""
    if describe not in _effects:
        _effects.append(describe)


def normalised(kind: str, value: str) -> str:
    """Return the form in which a value is stored and compared.

    Raises:
        InvalidExclusionError: it is no value of that kind.
    """
    text = value.strip()
    if kind == Kind.EMAIL_DOMAIN:
        return _domain(text)
    if kind == Kind.ADDRESS:
        return _address(text)
    try:
        return normalise_key(kind, text).value
    except UnusableIdentityError as error:
        raise InvalidExclusionError("value", str(error)) from error


def _domain(text: str) -> str:
    domain = text.casefold().removeprefix("@").rstrip(".")
    if "." not in domain or not domain.replace(".", "").replace("-", "").isalnum():
        message = f"“{text[:80]}” is no e-mail domain; write it like acme.com."
        raise InvalidExclusionError("value", message)
    return domain


def _address(text: str) -> str:
    try:
        address = str(ip_address(text))
    except ValueError as error:
        message = f"“{text[:80]}” is no IP address; write it like 203.0.113.7."
        raise InvalidExclusionError("value", message) from error
    return Visitors(hash_key=settings.HASH_KEY).hash(address)


def check_exclusion(exclusion: TrafficExclusion) -> None:
    """Refuse an entry that cannot be stored.

    Raises:
        InvalidExclusionError: it ends before it begins, or the value is on the list.
    """
    starts_at, ends_at = exclusion.starts_at, exclusion.ends_at
    if starts_at and ends_at and ends_at <= starts_at:
        raise InvalidExclusionError("ends_at", "It would end before it begins.")
    same = TrafficExclusion.objects.filter(kind=exclusion.kind, value=exclusion.value)
    if same.exclude(pk=exclusion.pk).exists():
        raise InvalidExclusionError("value", f"{exclusion.shown_value} is on the list already.")


def preview(exclusion: TrafficExclusion) -> Preview:
    """Say what an exclusion, stored or not, would touch. `value` is normalised already."""
    people = _people_of(exclusion)
    touches = Touchpoint.objects.eligible().filter(identity__person__in=people)
    if exclusion.kind == Kind.ADDRESS:
        touches = touches.filter(click__address_hash=exclusion.value)
    if exclusion.starts_at:
        touches = touches.filter(occurred_at__gte=exclusion.starts_at)
    if exclusion.ends_at:
        touches = touches.filter(occurred_at__lt=exclusion.ends_at)
    effects = tuple(effect for describe in _effects for effect in describe(touches))
    return Preview(people=people.count(), touches=touches.count(), effects=effects)


def save_exclusion(*, exclusion: TrafficExclusion, now: datetime) -> int:
    """Store a new or changed exclusion; return how many people's touches were marked anew.

    `value` is normalised already.

    Raises:
        InvalidExclusionError: it ends before it begins, or the value is on the list.
    """
    check_exclusion(exclusion)
    with transaction.atomic():
        hold_list()
        before = TrafficExclusion.objects.filter(pk=exclusion.pk).first()
        concerned = [one for one in (before, exclusion) if one is not None]
        if before is None:
            exclusion.created_at = now
        exclusion.save()
        return _mark(concerned, now)


def remove_exclusion(*, exclusion: TrafficExclusion, now: datetime) -> int:
    """Take an exclusion away; return how many people's touches count again."""
    with transaction.atomic():
        hold_list()
        TrafficExclusion.objects.filter(pk=exclusion.pk).delete()
        return _mark([exclusion], now)


def _mark(concerned: list[TrafficExclusion], now: datetime) -> int:
    """Mark the touches of everybody whom one of these exclusions concerns."""
    moved: set[UUID] = set()
    for exclusion in concerned:
        for people in _chunks(_people_of(exclusion).iterator()):
            changed = remark_touches(people)
            refresh_origins(changed)
            note_changes(
                subject=PendingChange.Subject.PERSON,
                ids=sorted(changed),
                cause="exclusion",
                now=now,
            )
            moved |= changed
    return len(moved)


def _people_of(exclusion: TrafficExclusion) -> QuerySet[Identity, UUID]:
    """Return the ids of the people whom an exclusion concerns."""
    value = exclusion.value
    if exclusion.kind == Kind.ADDRESS:
        touches = Touchpoint.objects.filter(click__address_hash=value, identity__isnull=False)
        identities = Identity.objects.filter(pk__in=touches.values("identity"))
    elif exclusion.kind == Kind.EMAIL_DOMAIN:
        domain = Func(
            F("value"), Value("@"), Value(2), function="split_part", output_field=CharField()
        )
        identities = Identity.objects.alias(domain=domain).filter(kind="email", domain=value)
    else:
        identities = Identity.objects.filter(Q(kind=exclusion.kind, value=value))
    return identities.order_by().values_list("person_id", flat=True).distinct()


def _chunks(people: Iterator[UUID]) -> Iterator[list[UUID]]:
    while chunk := list(islice(people, _PEOPLE_AT_ONCE)):
        yield chunk

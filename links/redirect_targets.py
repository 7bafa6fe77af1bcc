"""What a redirect needs of links and domains, as lean as a million links in memory ask for."""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple
from uuid import UUID

from links.destinations import UTM_KEYS, PreparedDestination, ascii_address, prepare
from links.hosts import plain_host
from links.models import Domain, Link
from links.targets import PreparedTarget, first_fit, prepare_targets

COLUMNS = (
    "id", "code", "destination_url", *UTM_KEYS, "passes_query", "status", "limit_reached_at",
    "starts_at", "expires_at", "fallback_url", "targets",
)  # fmt: skip
"""What is read of a link, for `target_of`."""


@dataclass(frozen=True, slots=True)
class Terms:
    """When and to whom a link leads elsewhere. Times are Unix seconds, -inf and inf where unset."""

    is_retired: bool = False
    is_limit_reached: bool = False
    starts_at: float = -inf
    expires_at: float = inf
    fallback_url: str = ""
    targets: tuple[PreparedTarget, ...] = ()

    def answer(self, now: float) -> str:
        """Return the letter of the answer at this time, as the click journal writes it."""
        if self.is_retired:
            return "x"
        if now < self.starts_at:
            return "n"
        if now >= self.expires_at:
            return "e"
        return "l" if self.is_limit_reached else "r"


NO_TERMS = Terms()
"""Shared by all links that just lead to their destination."""


class Target(NamedTuple):
    """What the redirect needs of one link. `link_id` is 32 hexadecimal digits."""

    link_id: str
    code: str
    destination: PreparedDestination
    terms: Terms = NO_TERMS

    def destination_for(self, device: str, country: str) -> PreparedDestination:
        """Return where a visitor with this device, in this country, is sent."""
        fitting = first_fit(self.terms.targets, device=device, country=country)
        return fitting or self.destination


@dataclass(slots=True)
class DomainTarget:
    """What the redirect needs of one domain, and the links it serves by code."""

    domain_id: UUID
    host: str
    root_url: str = ""
    fallback_url: str = ""
    icon_url: str = ""
    robots_txt: str = ""
    well_known: Mapping[str, str] = field(default_factory=dict)
    verification_token: str = ""
    targets: dict[str, Target] = field(default_factory=dict)


def domain_target(domain: Domain, targets: dict[str, Target]) -> DomainTarget:
    """Prepare a domain that serves these links."""
    return DomainTarget(
        domain_id=domain.pk,
        host=plain_host(domain.host),
        root_url=ascii_address(domain.root_url),
        fallback_url=ascii_address(domain.fallback_url),
        icon_url=ascii_address(domain.icon_url),
        robots_txt=domain.robots_txt,
        well_known=domain.well_known,
        verification_token=domain.verification_token,
        targets=targets,
    )


def load_targets(domain_id: UUID) -> dict[str, Target]:
    """Read all links of a domain, through a cursor on the server."""
    rows = Link.objects.filter(domain_id=domain_id).order_by().values_list(*COLUMNS)
    with _no_garbage_collection():
        targets = map(target_of, rows.iterator(chunk_size=5000))
        return {target.code: target for target in targets}


def target_of(row: Sequence[Any]) -> Target:
    """Prepare one link from its `COLUMNS`."""
    link_id, code, destination_url, *values, passes_query = row[:9]
    utm = dict(zip(UTM_KEYS, values, strict=True))
    destination = prepare(destination_url, utm, passes_query=passes_query)
    return Target(link_id.hex, code, destination, _terms(row[9:], utm, passes_query=passes_query))


def _terms(row: Sequence[Any], utm: Mapping[str, str], *, passes_query: bool) -> Terms:
    status, limit_reached_at, starts_at, expires_at, fallback_url, targets = row
    if status == Link.Status.ACTIVE and not any(row[1:]):
        return NO_TERMS
    return Terms(
        is_retired=status == Link.Status.RETIRED,
        is_limit_reached=limit_reached_at is not None,
        starts_at=starts_at.timestamp() if starts_at else -inf,
        expires_at=expires_at.timestamp() if expires_at else inf,
        fallback_url=ascii_address(fallback_url),
        targets=prepare_targets(targets, utm, passes_query=passes_query),
    )


@contextmanager
def _no_garbage_collection() -> Iterator[None]:
    """Spare the collector walks through a heap that only grows."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()

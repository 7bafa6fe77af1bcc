"""From a host and a code to a destination, in memory, for the redirect.

All links are loaded at the start. After that a sweep picks up rows by `updated_at`, removed rows
by their tombstone, and all domains (`links.live_resolver` says when). A code that is not in memory is asked of PostgreSQL once and remembered,
also when there is no such link. Without PostgreSQL or Redis, what is in memory goes on working.
"""

import logging
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Any
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from links.codes import CODE_LENGTH, SUFFIX_LENGTH, normalize_code, split_code
from links.destinations import UTM_KEYS, PreparedDestination, prepare
from links.hosts import plain_host
from links.models import Domain, Link, RemovedLink

OVERLAP = timedelta(seconds=60)
"""A transaction may commit this long after it stamped its rows and still be seen."""
RELOAD_AFTER = timedelta(hours=12)
"""Tombstones live a day; after a longer silence everything is read anew."""
MAX_UNKNOWN = 50_000
MISSES_PER_SECOND = 200
"""Somebody who guesses codes costs no more queries than this; real news comes by the sweep."""
SILENT_SECONDS = 2.0
"""How long no code is looked up after PostgreSQL failed to answer."""

_FIELDS = (
    "id", "domain_id", "code", "status", "destination_url", *UTM_KEYS, "passes_query",
    "starts_at", "expires_at", "fallback_url", "updated_at",
)  # fmt: skip
DATABASE_DOWN = (DatabaseError, InterfaceError)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """What the redirect needs of one link. Times are Unix seconds, -inf and inf where unset.

    `fallback_url` is the link's own; `Resolver.fallback` also knows the domain's.
    """

    link_id: UUID
    code: str
    destination: PreparedDestination
    is_retired: bool
    starts_at: float
    expires_at: float
    fallback_url: str


@dataclass(slots=True)
class DomainTarget:
    """What the redirect needs of one domain, and the links it serves by code."""

    domain_id: UUID
    host: str
    root_url: str
    fallback_url: str
    icon_url: str = ""
    robots_txt: str = ""
    well_known: Mapping[str, str] = field(default_factory=dict)
    verification_token: str = ""
    targets: dict[str, Target] = field(default_factory=dict)


class Resolver:
    """The links of all active domains in memory. Reads take no lock; writers share one."""

    def __init__(self) -> None:
        self._domains: dict[str, DomainTarget] = {}
        self._unknown: dict[tuple[str, str], None] = {}
        self._seen_until: datetime | None = None
        self._applied: set[tuple[UUID, datetime]] = set()
        self._buried: set[UUID] = set()
        self._lock = threading.Lock()
        self._budget = _Budget(MISSES_PER_SECOND)
        self._silent_until = 0.0

    @property
    def is_loaded(self) -> bool:
        """Whether the links were read at least once."""
        return self._seen_until is not None

    def __len__(self) -> int:
        """Return how many links are in memory."""
        return sum(len(domain.targets) for domain in self._domains.values())

    def domain(self, host: str) -> DomainTarget | None:
        """Return the active domain of a host, in any case, with or without a default port."""
        return self._domains.get(host) or self._domains.get(plain_host(host))

    def find(self, host: str, code: str) -> Target | None:
        """Return the target of a code, a recipient's form included, or None.

        The recipient's suffix is what `code` has beyond `Target.code`. Costs one query the
        first time a code is not in memory.
        """
        domain = self.domain(host)
        if domain is None:
            return None
        target = domain.targets.get(code)
        if target is None and len(code) == CODE_LENGTH + SUFFIX_LENGTH:
            target = domain.targets.get(code[:CODE_LENGTH])
        return target or self._find_slowly(domain, normalize_code(code))

    def fallback(self, host: str, target: Target | None = None) -> str:
        """Return where an unknown, expired or retired code leads; empty where nowhere."""
        if target is not None and target.fallback_url:
            return target.fallback_url
        domain = self.domain(host)
        return domain.fallback_url if domain is not None else ""

    def refresh(self) -> None:
        """Take over what changed since the last time; the first time, everything.

        Raises:
            DatabaseError, InterfaceError: PostgreSQL is away; what is in memory stays.
        """
        _drop_stale_connection()
        with self._lock:
            moment = _database_clock()
            since = self._seen_until
            is_late = since is None or moment - since > RELOAD_AFTER
            self._take_domains(known={} if is_late else self._by_id())
            if since is not None and not is_late:
                self._remove_since(since - OVERLAP)
                self._apply_since(since - OVERLAP)
            self._seen_until = moment

    def _by_id(self) -> dict[UUID, DomainTarget]:
        return {domain.domain_id: domain for domain in self._domains.values()}

    def _take_domains(self, known: dict[UUID, DomainTarget]) -> None:
        domains: dict[str, DomainTarget] = {}
        for row in Domain.objects.filter(is_active=True):
            targets = known[row.id].targets if row.id in known else _load_targets(row.id)
            host = plain_host(row.host)
            domains[host] = DomainTarget(
                domain_id=row.id,
                host=host,
                root_url=row.root_url,
                fallback_url=row.fallback_url,
                icon_url=row.icon_url,
                robots_txt=row.robots_txt,
                well_known=row.well_known,
                verification_token=row.verification_token,
                targets=targets,
            )
        self._domains = domains

    def _remove_since(self, moment: datetime) -> None:
        by_id = self._by_id()
        seen = set()
        for removed in RemovedLink.objects.filter(removed_at__gte=moment):
            seen.add(removed.id)
            domain = by_id.get(removed.domain_id)
            target = domain.targets.get(removed.code) if domain else None
            is_same = target is not None and target.link_id == removed.link_id
            if domain and is_same and removed.id not in self._buried:
                del domain.targets[removed.code]
        self._buried = seen

    def _apply_since(self, moment: datetime) -> None:
        by_id = self._by_id()
        applied = set()
        for row in Link.objects.changed_since(moment).values(*_FIELDS).iterator(chunk_size=5000):
            stamp = (row["id"], row["updated_at"])
            applied.add(stamp)
            if stamp not in self._applied and row["domain_id"] in by_id:
                by_id[row["domain_id"]].targets[row["code"]] = _target(row)
        self._applied = applied

    def _find_slowly(self, domain: DomainTarget, code: str) -> Target | None:
        readings = [link_code for link_code, _ in split_code(code)]
        for reading in readings:
            if reading in domain.targets:
                return domain.targets[reading]
        key = (domain.host, code)
        if key in self._unknown or not self._may_ask():
            return None
        try:
            rows = _ask(domain.domain_id, readings)
        except DATABASE_DOWN as error:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            logger.warning("A code could not be looked up: %s", error)
            return None
        return self._remember(domain, key, rows)

    def _may_ask(self) -> bool:
        return time.monotonic() >= self._silent_until and self._budget.take()

    def _remember(
        self, domain: DomainTarget, key: tuple[str, str], rows: list[dict[str, Any]]
    ) -> Target | None:
        with self._lock:
            for row in rows:  # a sweep may have brought a newer state meanwhile: keep that
                domain.targets.setdefault(row["code"], _target(row))
            if not rows:
                self._unknown[key] = None
                while len(self._unknown) > MAX_UNKNOWN:
                    del self._unknown[next(iter(self._unknown))]
        found = {row["code"] for row in rows}
        return next((domain.targets[code] for code, _ in split_code(key[1]) if code in found), None)


class _Budget:
    """Allows a number of things a second; the count may be off by a few under threads."""

    def __init__(self, per_second: int) -> None:
        self._per_second = per_second
        self._second = 0
        self._taken = 0

    def take(self) -> bool:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._taken = second, 0
        self._taken += 1
        return self._taken <= self._per_second


def _drop_stale_connection() -> None:
    """Do for this thread what Django does between requests, so that an outage heals."""
    if not connection.in_atomic_block:
        close_old_connections()


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def _ask(domain_id: UUID, codes: Iterable[str]) -> list[dict[str, Any]]:
    _drop_stale_connection()
    return list(Link.objects.filter(domain_id=domain_id, code__in=codes).values(*_FIELDS))


def _load_targets(domain_id: UUID) -> dict[str, Target]:
    rows = Link.objects.filter(domain_id=domain_id).order_by().values(*_FIELDS)
    return {row["code"]: _target(row) for row in rows.iterator(chunk_size=5000)}


def _target(row: dict[str, Any]) -> Target:
    starts_at, expires_at = row["starts_at"], row["expires_at"]
    return Target(
        link_id=row["id"],
        code=row["code"],
        destination=prepare(
            row["destination_url"],
            {key: row[key] for key in UTM_KEYS},
            passes_query=row["passes_query"],
        ),
        is_retired=row["status"] == Link.Status.RETIRED,
        starts_at=starts_at.timestamp() if starts_at else -inf,
        expires_at=expires_at.timestamp() if expires_at else inf,
        fallback_url=row["fallback_url"],
    )

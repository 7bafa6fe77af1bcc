"""From a host and a code to a destination, in memory, for the redirect.

All links are loaded at the start. After that a sweep picks up rows by `updated_at`, removed rows
by their tombstone, and all domains (`links.live_resolver` says when). A code that is not in
memory is asked of PostgreSQL once and remembered, also when there is no such link. Without
PostgreSQL or Redis, what is in memory goes on working.
"""

import logging
import threading
import time
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django.db.models import Count, Max

from links.codes import CODE_LENGTH, SUFFIX_LENGTH, normalize_code, split_code
from links.hosts import plain_host
from links.models import Domain, Link, RemovedLink
from links.redirect_targets import (
    COLUMNS,
    DomainTarget,
    Target,
    domain_target,
    load_targets,
    target_of,
)

RECIPIENT_LENGTH = CODE_LENGTH + SUFFIX_LENGTH
OVERLAP = timedelta(seconds=60)
"""A transaction may commit this long after it stamped its rows and still be seen."""
RELOAD_AFTER = timedelta(hours=12)
"""Tombstones live a day; after a longer silence everything is read anew."""
MAX_UNKNOWN = 50_000
MISSES_PER_SECOND = 200
"""Somebody who guesses codes costs no more queries than this; real news comes by the sweep."""
SILENT_SECONDS = 2.0
"""How long no code is looked up after PostgreSQL failed to answer."""

DATABASE_DOWN = (DatabaseError, InterfaceError)

logger = logging.getLogger(__name__)


class Resolver:
    """The links of all active domains in memory. Reads take no lock; writers share one."""

    def __init__(self) -> None:
        self._domains: dict[str, DomainTarget] = {}
        self._unknown: dict[tuple[str, str], None] = {}
        self._seen_until: datetime | None = None
        self._applied: dict[UUID, datetime] = {}
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

    def known(self, domain: DomainTarget, code: str) -> Target | None:
        """Return the target of a code in its plain form, a recipient's included, from memory."""
        target = domain.targets.get(code)
        if target is None and len(code) == RECIPIENT_LENGTH and code.isalnum():
            return domain.targets.get(code[:CODE_LENGTH])
        return target

    def find(self, domain: DomainTarget, code: str) -> Target | None:
        """Return the target of a code in any form, or None.

        The recipient's suffix is what `code` has beyond `Target.code`. Costs one query the
        first time a code is not in memory.
        """
        return self.known(domain, code) or self._find_slowly(domain, normalize_code(code))

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
            targets = known[row.id].targets if row.id in known else load_targets(row.id)
            domain = domain_target(row, targets)
            domains[domain.host] = domain
        self._domains = domains

    def _remove_since(self, moment: datetime) -> None:
        by_id = self._by_id()
        seen = set()
        for removed in RemovedLink.objects.filter(removed_at__gte=moment):
            seen.add(removed.id)
            self._applied.pop(removed.link_id, None)
            domain = by_id.get(removed.domain_id)
            target = domain.targets.get(removed.code) if domain else None
            is_same = target is not None and target.link_id == removed.link_id.hex
            if domain and is_same and removed.id not in self._buried:
                del domain.targets[removed.code]
        self._buried = seen

    def _apply_since(self, moment: datetime) -> None:
        self._applied = {pk: stamp for pk, stamp in self._applied.items() if stamp >= moment}
        changed = Link.objects.changed_since(moment)
        newest = changed.aggregate(count=Count("pk"), stamp=Max("updated_at"))
        if (newest["count"], newest["stamp"]) == (len(self._applied), self._last_applied()):
            return  # as nearly always: what changed within the overlap was taken over before
        stamps = changed.values_list("pk", "updated_at").iterator(chunk_size=5000)
        unseen = [pk for pk, stamp in stamps if self._applied.get(pk) != stamp]
        for start in range(0, len(unseen), 5000):
            self._apply(unseen[start : start + 5000])

    def _last_applied(self) -> datetime | None:
        return max(self._applied.values(), default=None)

    def _apply(self, link_ids: list[UUID]) -> None:
        by_id = self._by_id()
        rows = Link.objects.filter(pk__in=link_ids)
        for *row, domain_id, updated_at in rows.values_list(*COLUMNS, "domain_id", "updated_at"):
            self._applied[row[0]] = updated_at
            if domain_id in by_id:
                target = target_of(row)
                by_id[domain_id].targets[target.code] = target

    def _find_slowly(self, domain: DomainTarget, code: str) -> Target | None:
        readings = [link_code for link_code, _ in split_code(code)]
        for reading in readings:
            if reading in domain.targets:
                return domain.targets[reading]
        key = (domain.host, code)
        if key in self._unknown or not self._may_ask():
            return None
        try:
            found = _ask(domain.domain_id, readings)
        except DATABASE_DOWN as error:
            self._silent_until = time.monotonic() + SILENT_SECONDS
            logger.warning("A code could not be looked up: %s", error)
            return None
        return self._remember(domain, key, found)

    def _may_ask(self) -> bool:
        return time.monotonic() >= self._silent_until and self._budget.take()

    def _remember(
        self, domain: DomainTarget, key: tuple[str, str], found: dict[str, Target]
    ) -> Target | None:
        with self._lock:
            for code, target in found.items():  # a sweep may have brought a newer one: keep that
                domain.targets.setdefault(code, target)
            if not found:
                self._unknown[key] = None
                while len(self._unknown) > MAX_UNKNOWN:
                    del self._unknown[next(iter(self._unknown))]
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


def _ask(domain_id: UUID, codes: Iterable[str]) -> dict[str, Target]:
    _drop_stale_connection()
    rows = Link.objects.filter(domain_id=domain_id, code__in=codes).values_list(*COLUMNS)
    return {target.code: target for target in map(target_of, rows)}

"""Counts of hits that led to no live link: misprinted codes, links that ended, scanners' guesses.

Scanners try addresses without end, so that only so many paths a day are told apart.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from django.db import connection

from campaigns.public_ids import new_id
from links.models import Domain
from tracking.copying import array_text
from tracking.models import OrphanTotal
from tracking.pipeline import Tap
from tracking.tap_facts import moment_of

PATHS_A_DAY: Final = 200
"""So many paths are told apart per day, host and answer; the rest is counted together."""

_LONGEST_PATH: Final = OrphanTotal._meta.get_field("path").max_length
_ADD = """
    INSERT INTO tracking_orphantotal AS total
        (id, date, host, answer, path, human_count, machine_count, latest_at)
    SELECT * FROM unnest(%s::uuid[], %s::date[], %s::text[], %s::text[], %s::text[], %s::int[],
        %s::int[], %s::timestamptz[])
    ON CONFLICT (date, host, answer, path) DO UPDATE SET
        human_count = total.human_count + EXCLUDED.human_count,
        machine_count = total.machine_count + EXCLUDED.machine_count,
        latest_at = GREATEST(total.latest_at, EXCLUDED.latest_at)
"""

Group = tuple[date, str, str]
"""A day, a host and an answer."""


@dataclass(slots=True)
class _Count:
    human: int
    machine: int
    latest_at: datetime

    def add(self, human: int, machine: int, moment: datetime) -> None:
        self.human += human
        self.machine += machine
        self.latest_at = max(self.latest_at, moment)


def add_orphans(taps: Iterable[Tap]) -> None:
    """Count those of these taps that were not redirected. Without any, costs no query."""
    found = _count([tap for tap in taps if tap.record.answer != "redirected"])
    if not found:
        return
    known = _known_paths(found)
    rows: list[tuple[Any, ...]] = []
    for group in sorted(found):
        counts = _bounded(found[group], known.get(group, set()))
        rows += [
            (new_id(), *group, path, count.human, count.machine, count.latest_at)
            for path, count in sorted(counts.items())
        ]
    with connection.cursor() as cursor:
        cursor.execute(_ADD, [array_text(column) for column in zip(*rows, strict=True)])


def _count(taps: Sequence[Tap]) -> dict[Group, dict[str, _Count]]:
    if not taps:
        return {}
    hosts = set(Domain.objects.values_list("host", flat=True))
    found: dict[Group, dict[str, _Count]] = {}
    for tap in taps:
        moment = moment_of(tap.record.occurred_at_us)
        host = tap.record.host if tap.record.host in hosts else ""
        paths = found.setdefault((moment.date(), host, tap.record.answer), {})
        count = paths.setdefault(_path_of(tap), _Count(0, 0, moment))
        count.add(not tap.is_machine, tap.is_machine, moment)
    return found


def _path_of(tap: Tap) -> str:
    """Return the link's own address where there is one: recipients' would be told apart."""
    return (f"/{tap.link.code}" if tap.link else tap.record.path)[:_LONGEST_PATH]


def _known_paths(groups: Iterable[Group]) -> dict[Group, set[str]]:
    days, hosts, answers = (set(column) for column in zip(*groups, strict=True))
    known: dict[Group, set[str]] = {}
    rows = OrphanTotal.objects.filter(date__in=days, host__in=hosts, answer__in=answers)
    for day, host, answer, path in rows.order_by().values_list("date", "host", "answer", "path"):
        known.setdefault((day, host, answer), set()).add(path)
    return known


def _bounded(counts: dict[str, _Count], known: set[str]) -> dict[str, _Count]:
    """Keep known paths and so many new ones, those that people met first; add up the others."""
    kept: dict[str, _Count] = {}
    room = PATHS_A_DAY - len(known - {""})
    for path, count in sorted(counts.items(), key=lambda item: (-item[1].human, item[0])):
        if path not in known and path not in kept:
            path = path if room > 0 else ""  # noqa: PLW2901 - from here on it has no other name
            room -= 1
        if path in kept:
            kept[path].add(count.human, count.machine, count.latest_at)
        else:
            kept[path] = count
    return kept

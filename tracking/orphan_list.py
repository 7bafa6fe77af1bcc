"""Hits that led to no live link, by kind and address, with what can be done about them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Max, Q, Sum

from links.models import Domain, Link
from tracking.models import Click, OrphanTotal

MOST: Final = 100
"""Addresses shown at most of each kind."""

ADVICE: Final = {
    Click.Answer.UNKNOWN_CODE: (
        "Codes that no link has",
        (
            "Misprinted or mistyped, or a removed link’s. If it stands in a message or in print, make a "
            "link with this code: whoever taps it from then on arrives."
        ),
    ),
    Click.Answer.UNKNOWN_HOST: (
        "Domains that are not known",
        "The domain was renamed or removed while it was in use. Add it again under Domains.",
    ),
    Click.Answer.NOT_STARTED: (
        "Links that have not started",
        "People were early. Move the link’s start forward, or give it a fallback until then.",
    ),
    Click.Answer.EXPIRED: (
        "Links that have expired",
        "People still come. Move the link’s end, or give it a fallback that tells what is on now.",
    ),
    Click.Answer.RETIRED: (
        "Links that were retired",
        "People still come. Restore the link, or give it a fallback.",
    ),
    Click.Answer.LIMIT_REACHED: (
        "Links that had all their taps",
        "More people came than the limit lets through. Raise it, or give the link a fallback.",
    ),
}


@dataclass(frozen=True, slots=True)
class Orphan:
    """One address. `link_id` names its link, `domain_id` the domain a missing one can be made on."""

    host: str
    path: str
    human_count: int
    machine_count: int
    latest_at: datetime
    link_id: UUID | None = None
    domain_id: UUID | None = None

    @property
    def code(self) -> str:
        """What a link would be called to answer here."""
        return self.path.strip("/")


@dataclass(slots=True)
class OrphanGroup:
    """All addresses of one kind, what it means and what to do."""

    answer: str
    title: str
    advice: str
    rows: list[Orphan] = field(default_factory=list)

    @property
    def human_count(self) -> int:
        """People's hits on the addresses shown."""
        return sum(row.human_count for row in self.rows)


def list_orphans(*, now: datetime, days: int, with_machines: bool) -> list[OrphanGroup]:
    """Return what was hit in the last days, the address most people met first.

    Without machines, addresses that only machines tried are left out. A fixed number of queries.
    """
    totals = OrphanTotal.objects.filter(date__gt=(now - timedelta(days=days)).date())
    found = list(
        totals.order_by()
        .values("answer", "host", "path")
        .annotate(human=Sum("human_count"), machine=Sum("machine_count"), latest=Max("latest_at"))
        .filter(Q() if with_machines else Q(human__gt=0))
        .order_by("-human", "-latest", "path")
    )
    domains: dict[str, UUID] = dict(Domain.objects.values_list("host", "pk"))
    links = _links_at(found)
    groups = {answer: OrphanGroup(answer, *words) for answer, words in ADVICE.items()}
    for row in found:
        group = groups[row["answer"]]
        if len(group.rows) < MOST:
            group.rows.append(_orphan(row, links, domains))
    return [group for group in groups.values() if group.rows]


def machine_only(*, now: datetime, days: int) -> int:
    """Return how many hits of the last days were on addresses that no person tried."""
    totals = OrphanTotal.objects.filter(date__gt=(now - timedelta(days=days)).date())
    by_address = totals.order_by().values("answer", "host", "path")
    rows = by_address.annotate(human=Sum("human_count"), machine=Sum("machine_count"))
    return sum(row["machine"] for row in rows.filter(human=0))


def _links_at(rows: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], UUID]:
    codes = {row["path"].strip("/") for row in rows} - {""}
    found = Link.objects.filter(code__in=codes).values_list("domain__host", "code", "pk")
    return {(host, code): pk for host, code, pk in found}


def _orphan(
    row: Mapping[str, Any], links: Mapping[tuple[str, str], UUID], domains: Mapping[str, UUID]
) -> Orphan:
    return Orphan(
        host=row["host"],
        path=row["path"],
        human_count=row["human"],
        machine_count=row["machine"],
        latest_at=row["latest"],
        link_id=links.get((row["host"], row["path"].strip("/"))),
        domain_id=domains.get(row["host"]),
    )

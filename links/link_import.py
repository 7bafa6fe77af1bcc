"""Many new links from the rows of a table, whoever wrote it: each row has its own result.

Rows come with the columns below. The reader of another shortener's export writes them, too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from django.db import transaction

from campaigns.import_rows import ImportResult, RawRow, RowError, RowResult
from links.changes import announce_on_commit
from links.destinations import UTM_KEYS
from links.link_rows import LinkRefusedError, check_link, insert_link
from links.models import Domain, Link
from links.row_values import faults_of, read_values, refusal_of
from links.tagged_destinations import take_utm
from links.tags import TagNotAllowedError, clean_tags
from links.utm_warnings import Judge, utm_judge

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

COLUMNS = (
    "destination_url", "title", "domain", "code", "tags", *UTM_KEYS, "starts_at", "expires_at",
    "tap_limit", "fallback_url", "passes_query", "targets",
)  # fmt: skip
"""What a table may say of each link; only the destination must be there."""

CARRIED = ("created_at", "is_archived", "imported_from")
"""What the reader of another shortener's export adds, and `refusal`: why a link cannot come along."""


@dataclass(frozen=True, slots=True)
class LinkImport:
    """What is the same for every row: where links without a domain go, and the tags added."""

    domain: Domain
    tags: Sequence[str] = ()


@transaction.atomic
def import_links(
    *,
    rows: Sequence[RawRow],
    plan: LinkImport,
    by: "User | None",
    now: datetime,
    dry_run: bool = False,
) -> ImportResult:
    """Make each row's link; a refused row says why and leaves its neighbours alone.

    A row whose very link exists already is unchanged, so that a file may come twice.
    """
    importer = _Importer(plan, utm_judge(now=now), by, now, is_dry=dry_run)
    importer.learn(rows)
    results = tuple(importer.take(number, row) for number, row in enumerate(rows, start=1))
    if not dry_run:
        announce_on_commit()
    return ImportResult(results)


@dataclass(slots=True)
class _Importer:
    plan: LinkImport
    judge: Judge
    by: "User | None"
    now: datetime
    is_dry: bool
    domains: dict[str, Domain] = field(default_factory=dict)
    taken: dict[tuple[Any, str], Link] = field(default_factory=dict)
    seen: dict[tuple[Any, str], int] = field(default_factory=dict)

    def learn(self, rows: Iterable[RawRow]) -> None:
        """Find the domains, and which of the codes are taken. Costs two queries."""
        self.domains = {domain.host: domain for domain in Domain.objects.filter(is_active=True)}
        codes = {row["code"] for row in rows if row.get("code")}
        for link in Link.objects.filter(code__in=codes):
            self.taken[link.domain_id, link.code] = link

    def take(self, number: int, row: RawRow) -> RowResult:
        """Return what became of a row."""
        link, errors, warnings = self._read(row)
        errors = errors or self._check(link)
        title = _title(link, row)
        if errors:
            return RowResult(number, "rejected", tuple(errors), title=title)
        key = (link.domain.pk, link.code)
        same, clash = self._meet(key, link, number)
        if clash:
            return RowResult(number, "rejected", (clash,), title=title)
        if same:
            return RowResult(number, "unchanged", title=title, stored=same)
        if not self.is_dry and (refused := self._store(link, row)):
            return RowResult(number, "rejected", (refused,), title=title)
        warnings += _as_errors(self.judge(link.utm))
        return RowResult(number, "created", title=title, stored=link, warnings=tuple(warnings))

    def _read(self, row: RawRow) -> tuple[Link, list[RowError], list[RowError]]:
        values, found = read_values(row)
        errors = [each for each in found if each.field != "created_at"]
        created_at, is_archived = values.pop("created_at", None), values.pop("is_archived", False)
        tagged = take_utm(values.get("destination_url", ""))
        moved = {key: value for key, value in tagged.utm.items() if not values.get(key)}
        domain, warnings = self._domain(row)
        warnings += [each for each in found if each.field == "created_at"]  # today's then
        link = Link(
            **{**values, **moved, "destination_url": tagged.url, "domain": domain},
            imported_from=row.get("imported_from", "")[:20],
        )
        if created_at:
            link.created_at = created_at
        link.archived_at = self.now if is_archived else None
        if tagged.utm:
            warnings.append(_moved(tagged.utm))
        if row.get("refusal"):
            errors.append(RowError("code", "not-importable", row["refusal"]))
        return link, [*errors, *self._add_tags(link)], warnings

    def _domain(self, row: RawRow) -> tuple[Domain, list[RowError]]:
        host = row.get("domain", "").lower()
        if not host or host in self.domains:
            return self.domains.get(host, self.plan.domain), []
        message = (
            f"{host} is none of your active domains: the link is made on {self.plan.domain.host}. "
            f"The old address stays with whoever serves {host}."
        )
        return self.plan.domain, [RowError("domain", "other-domain", message, value=host)]

    def _add_tags(self, link: Link) -> list[RowError]:
        try:
            link.tags = clean_tags([*link.tags, *self.plan.tags])
        except TagNotAllowedError as error:
            return [RowError("tags", "tag-not-allowed", str(error))]
        return []

    def _check(self, link: Link) -> list[RowError]:
        if not link.destination_url:
            return [RowError("destination_url", "required", "destination_url is empty.")]
        if "/" in link.code:
            return [RowError("code", "code-has-slash", _SLASH, value=link.code)]
        try:
            check_link(link)
        except LinkRefusedError as error:
            return [refusal_of(error, link)]
        return faults_of(link)

    def _meet(
        self, key: tuple[Any, str], link: Link, number: int
    ) -> tuple[Link | None, RowError | None]:
        """Return the same link where it is there already, or why its code cannot be taken."""
        if not link.code:
            return None, None
        address = f"{link.domain.host}/{link.code}"
        stored, first = self.taken.get(key), self.seen.setdefault(key, number)
        if first != number:
            message = f"Row {first} of this file has the address {address}, too."
            return None, RowError("code", "repeated", message, value=link.code)
        if stored is None:
            return None, None
        if (stored.destination_url, stored.utm) == (link.destination_url, link.utm):
            return stored, None
        message = f"{address} is taken: it leads to {stored.destination_url[:120]}."
        return None, RowError("code", "code-taken", message, value=link.code)

    def _store(self, link: Link, row: RawRow) -> RowError | None:
        created_at = cast("datetime | None", link.created_at)
        try:
            insert_link(link, by=self.by)
        except LinkRefusedError as error:
            return refusal_of(error, link)
        if created_at:  # the field itself writes the time of the insert
            Link.objects.filter(pk=link.pk).update(created_at=created_at)
            link.created_at = created_at
        return None


_SLASH = (
    "A code is one piece of an address here and cannot have a slash. "
    "Give the link another code, and redirect the old address to it on its web server."
)


def _title(link: Link, row: RawRow) -> str:
    name = link.title or link.destination_url or row.get("destination_url", "")
    return f"{link.domain.host}/{link.code} · {name}" if link.code else name


def _moved(utm: dict[str, str]) -> RowError:
    names = ", ".join(utm)
    message = f"Taken out of the destination into the link’s own UTM values: {names}."
    return RowError("destination_url", "utm-moved", message)


def _as_errors(violations: Iterable[Any]) -> list[RowError]:
    return [
        RowError(each.field, each.rule, each.message, each.suggestion, each.value)
        for each in violations
    ]

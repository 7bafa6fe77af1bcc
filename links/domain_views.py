"""What pages show of a domain: how it is, the records to add, and what to do next."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from links.domain_checks import facts_of, latest_domain_checks
from links.guarded_http import is_allowed_host
from links.models import Domain, DomainCheck

_HISTORY = 5

COLORS = {
    "Works": "success",
    "Works, not verified": "warning",
    "Does not work": "danger",
    "Not checked": "default",
    "Switched off": "default",
}


@dataclass(frozen=True, slots=True)
class Record:
    """A DNS record to add."""

    kind: str
    name: str
    value: str
    why: str
    is_done: bool


@dataclass(frozen=True, slots=True)
class DomainView:
    """A domain as its page shows it. `records` is empty for a host of this machine."""

    state: str
    color: str
    check: DomainCheck | None
    history: list[DomainCheck]
    records: list[Record]


def health_of(*, is_active: bool, is_serving: bool | None, is_verified: bool) -> str:
    """Return in words how a domain is; `is_serving` is None where nobody looked yet."""
    if not is_active:
        return "Switched off"
    if is_serving is None:
        return "Not checked"
    if not is_serving:
        return "Does not work"
    return "Works" if is_verified else "Works, not verified"


def domain_view(domain: Domain) -> DomainView:
    """Return what a domain's page shows. Costs two queries."""
    check = latest_domain_checks([domain]).get(domain)
    state = health_of(
        is_active=domain.is_active,
        is_serving=check.is_serving if check else None,
        is_verified=domain.verified_at is not None,
    )
    return DomainView(
        state=state,
        color=_TAGS.get(COLORS[state], ""),
        check=check,
        history=list(domain.checks.all()[:_HISTORY]),
        records=_records(domain, check),
    )


_TAGS = {"success": "tr-tag-good", "warning": "tr-tag-warn", "danger": "tr-tag-bad"}


def _records(domain: Domain, check: DomainCheck | None) -> list[Record]:
    """Return the records to add. Between a machine and itself there is no DNS."""
    allowed = settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS
    if is_allowed_host(f"{domain.scheme}://{domain.host}", allowed):
        return []
    facts = facts_of(domain)
    here = urlsplit(settings.PUBLIC_URL).hostname or ""
    return [
        Record(
            kind="CNAME",
            name=facts.name,
            value=here,
            why="Brings taps here. Where a CNAME is not allowed, at the top of a domain, add A "
            "and AAAA records with this server's addresses instead.",
            is_done=bool(check and check.is_serving),
        ),
        Record(
            kind="TXT",
            name=facts.record_name,
            value=facts.record_value,
            why="Proves that the domain is yours.",
            is_done=domain.verified_at is not None,
        ),
    ]

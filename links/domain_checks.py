"""Check domains now and again, keep what was found, and tell when one falls ill or recovers."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import transaction

from links.domain_probe import DomainFacts, DomainFinding, look_at
from links.models import Domain, DomainCheck
from links.webhook_events import DOMAIN_HEALTHY, DOMAIN_UNHEALTHY
from links.webhook_payloads import wire_time
from links.webhooks import queue_event

_CHECKED_AT_ONCE = 8


def check_domains(*, domains: Sequence[Domain], now: datetime) -> list[DomainCheck]:
    """Ask DNS and each host, and keep what was found. The first proof verifies a domain.

    Takes some seconds where nobody answers. One bad moment is not told to anybody: a domain is
    ill from the second failure in a row.
    """
    with ThreadPoolExecutor(max_workers=_CHECKED_AT_ONCE) as pool:
        findings = list(pool.map(lambda domain: _look_at(domain, now), domains))
    checks = [
        _as_check(domain, finding, now) for domain, finding in zip(domains, findings, strict=True)
    ]
    with transaction.atomic():
        DomainCheck.objects.bulk_create(checks)
        proven = [check.domain_id for check in checks if check.has_record]
        Domain.objects.filter(pk__in=proven, verified_at__isnull=True).update(verified_at=now)
        _tell_of_changes(checks, now)
    return checks


def check_stale_domains(*, domains: Iterable[Domain], now: datetime) -> list[DomainCheck]:
    """Check those of the domains whose last check is old or was bad."""
    due = Domain.objects.due_for_check(now=now)
    ids = {domain.pk for domain in domains}
    return check_domains(domains=list(due.filter(pk__in=ids)), now=now)


def recheck_due_domains(*, now: datetime, limit: int) -> int:
    """Check active domains whose last check is old or was bad; return how many."""
    due = list(Domain.objects.due_for_check(now=now)[:limit])
    return len(check_domains(domains=due, now=now))


def latest_domain_checks(domains: Iterable[Domain]) -> dict[Domain, DomainCheck]:
    """Return the newest check of each domain that has one. Costs one query."""
    newest = DomainCheck.objects.filter(domain__in=domains).order_by("domain_id", "-checked_at")
    return {check.domain: check for check in newest.distinct("domain_id").select_related("domain")}


def facts_of(domain: Domain) -> DomainFacts:
    """Return what a domain's probe needs to know."""
    return DomainFacts(domain.host, domain.scheme, domain.verification_token)


def _look_at(domain: Domain, now: datetime) -> DomainFinding:
    allowed = settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS
    return look_at(facts_of(domain), now=now, allowed_private_hosts=allowed)


def _as_check(domain: Domain, finding: DomainFinding, now: datetime) -> DomainCheck:
    return DomainCheck(
        domain=domain,
        checked_at=now,
        has_record=finding.has_record,
        is_serving=finding.is_serving,
        certificate_ends_at=finding.certificate_ends_at,
        problems=[problem.as_json() for problem in finding.problems],
    )


def _tell_of_changes(checks: Sequence[DomainCheck], now: datetime) -> None:
    for check in checks:
        newest = DomainCheck.objects.filter(domain=check.domain_id).order_by("-checked_at")
        event = _event(list(newest.values_list("is_serving", flat=True)[:3]))
        if event:
            payload = {
                "domain_id": str(check.domain_id),
                "host": check.domain.host,
                "checked_at": wire_time(now),
                "problems": check.problems,
            }
            queue_event(event_type=event, payloads=[payload], now=now)


def _event(newest_first: list[bool]) -> str:
    """Return what is to be told after the last three checks, or nothing."""
    return {
        (False, False, True): DOMAIN_UNHEALTHY,
        (True, False, False): DOMAIN_HEALTHY,
    }.get(tuple(newest_first), "")  # type: ignore[arg-type]  # fewer than three: a new domain

"""What must be true of the domain of a send's links before it goes live."""

from datetime import datetime

from django.urls import reverse

from campaigns.models import Send
from campaigns.preflight import CheckResult, Level
from links.domain_checks import latest_domain_checks
from links.models import Domain, DomainCheck, Link
from links.verdicts import Severity


def check_send_domains(send: Send, now: datetime) -> list[CheckResult]:
    """Return what the newest check of each domain holds against a send.

    A domain is checked along with its links: one that nobody looked at has unchecked links, which
    stand against the send already. What only lacks its proof serves all the same: a warning.
    """
    domains = Domain.objects.filter(pk__in=Link.objects.filter(send=send).values("domain"))
    return [
        result
        for domain, check in latest_domain_checks(domains).items()
        for result in _judge(domain, check)
    ]


def _judge(domain: Domain, check: DomainCheck) -> list[CheckResult]:
    fix_url = reverse("admin:links_domain_change", args=[domain.pk])
    results = []
    for problem in check.problems:
        is_warning = problem["severity"] == Severity.WARNING
        if is_warning and problem["code"] in {"no-record", "dns-silent"} and domain.verified_at:
            continue
        level = Level.WARNING if is_warning else Level.ERROR
        code, words = f"domain-{problem['code']}", f"Domain {domain}: {problem['message']}"
        results.append(CheckResult(code, level, words, fix_url))
    return results

"""Findings: what in the data a person should know, counted, with the money at stake.

A finding stands while its rows exist, is resolved when they are gone, and opens again when
they come back. Who looks after it stays through all of that.
"""

from datetime import datetime

from attribution.finding_checks import CHECKS, Check, Seen
from attribution.models import Finding


def refresh_findings(*, now: datetime) -> int:
    """Look at the data again, open and resolve findings; return how many are open."""
    known = {finding.code: finding for finding in Finding.objects.all()}
    opened = 0
    for check in CHECKS:
        seen = check.look(now)
        finding = known.get(check.code)
        if seen.row_count:
            opened += 1
            _open(check, seen, finding, now)
        elif finding is not None and finding.resolved_at is None:
            finding.resolved_at = now
            finding.save(update_fields=["resolved_at"])
    return opened


def _open(check: Check, seen: Seen, finding: Finding | None, now: datetime) -> None:
    if finding is None:
        finding = Finding(code=check.code, first_seen_at=now)
    finding.severity = check.severity
    finding.title = check.title
    finding.advice = check.advice
    finding.row_count = seen.row_count
    finding.amount_minor = seen.amount_minor
    finding.latest_seen_at = now
    finding.resolved_at = None
    finding.save()

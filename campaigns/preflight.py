"""The registry of checks a send must pass before it goes live.

Like Django's system checks: an app that knows something about a send registers a check in
its `AppConfig.ready()`; this module knows none of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from campaigns.models import AcknowledgedWarning, Send


class Level(StrEnum):
    """How a check turned out."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found, in words a campaign manager understands.

    `acknowledged` is who accepted a warning of exactly these words, when, and why.
    """

    code: str
    level: Level
    message: str
    fix_url: str = ""
    acknowledged: AcknowledgedWarning | None = None


Check = Callable[[Send, datetime], list[CheckResult]]

_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check under its name; a second one of that name replaces the first."""
    _checks[name] = check


def run_checks(send: Send, *, now: datetime) -> list[CheckResult]:
    """Return every check's results, in the order of registration, with who accepted which."""
    results = [result for check in _checks.values() for result in check(send, now)]
    if not any(result.level == Level.WARNING for result in results):
        return results
    rows = send.acknowledged_warnings.select_related("acknowledged_by")
    accepted = {(row.code, row.message): row for row in rows}
    return [
        replace(result, acknowledged=accepted.get((result.code, result.message)))
        if result.level == Level.WARNING
        else result
        for result in results
    ]


def errors_in(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Keep what must be mended."""
    return [result for result in results if result.level == Level.ERROR]


def unanswered_in(results: Sequence[CheckResult]) -> list[CheckResult]:
    """Keep the warnings that nobody accepted yet."""
    return [
        result
        for result in results
        if result.level == Level.WARNING and result.acknowledged is None
    ]

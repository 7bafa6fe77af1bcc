"""The registry of checks a send must pass before it goes live.

Like Django's system checks: an app that knows something about a send registers a check in
its `AppConfig.ready()`; this module knows none of them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from campaigns.models import Send


class Level(StrEnum):
    """How a check turned out."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What one check found, in words a campaign manager understands."""

    code: str
    level: Level
    message: str
    fix_url: str = ""


Check = Callable[[Send, datetime], list[CheckResult]]

_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """Add a check under its name; a second one of that name replaces the first."""
    _checks[name] = check


def run_checks(send: Send, *, now: datetime) -> list[CheckResult]:
    """Return every check's results, in the order of registration."""
    return [result for check in _checks.values() for result in check(send, now)]

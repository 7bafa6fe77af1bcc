"""How states look in lists: one word and its colour."""

from typing import Any, Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm_sync.models import Connection, Stage, SyncRun

OUTCOME_COLOURS: Final = {"Open": "info", "Won": "success", "Lost": "danger"}
RUN_COLOURS: Final = {
    "Running": "info",
    "Succeeded": "success",
    "Finished with problems": "warning",
    "Failed": "danger",
}
HEALTH_COLOURS: Final = {
    "Healthy": "success",
    "Incomplete records": "info",
    "Syncing": "info",
    "Problems": "warning",
    "Failing": "danger",
}
SEVERITY_COLOURS: Final = {"Not imported": "danger", "Imported, incomplete": "warning"}


def health_of(connection: Connection) -> str:
    """Say in a word how a connection fares; needs `ConnectionQuerySet.with_health`."""
    found: Any = connection
    if not connection.is_active:
        return "Switched off"
    if found.latest_status is None:
        return "Never synced"
    if found.latest_status == SyncRun.Status.FAILED:
        return "Failing"
    if found.latest_status == SyncRun.Status.RUNNING:
        return "Syncing"
    if found.error_count:
        return "Problems"
    return "Incomplete records" if found.warning_count else "Healthy"


def stage_badge(stage: Stage, outcome: str) -> tuple[str, str]:
    """Return a stage's name with the colour of what it means."""
    return OUTCOME_COLOURS[Stage.Outcome(outcome).label], stage.name


def link_to(address: str, text: str) -> SafeString:
    """Return a link as cells show it."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', address, text
    )

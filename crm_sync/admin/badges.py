"""How states look in lists: one word and its colour."""

from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

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


def link_to(address: str, text: str) -> SafeString:
    """Return a link as cells show it."""
    return format_html(
        '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', address, text
    )

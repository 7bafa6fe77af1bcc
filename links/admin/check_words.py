"""How a check's outcome is worded and coloured."""

from django.contrib import messages
from django.http import HttpRequest

from links.models import LinkCheck

COLORS = {"Works": "success", "Does not work": "danger", "Not checked": "default"}
WORDS = {True: "Works", False: "Does not work", None: "Not checked"}


def tell_outcome(request: HttpRequest, checks: list[LinkCheck]) -> None:
    """Say on the next page how checks turned out."""
    bad = [check for check in checks if not check.is_ok]
    if not checks:
        messages.warning(request, "There was no link to check.")
    elif not bad:
        count = len({check.link_id for check in checks})
        named = "The link works" if count == 1 else f"All {count} links work"
        messages.success(
            request, f"{named} on iPhone, Android and desktop, with every UTM value intact."
        )
    for check in bad:
        first = next(item for item in check.problems if item["severity"] == "error")
        messages.error(request, f"{check}: {first['message']}")

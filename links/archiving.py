"""Hide short links from lists, and show them again. What they do for a visitor stays."""

from collections.abc import Iterable
from datetime import datetime

from links.models import Link


def archive_links(*, links: Iterable[Link], now: datetime) -> int:
    """Hide links from lists; they go on working. Return how many were not hidden before.

    Their time of change stays: nothing changes for whoever taps, so checks stay fresh.
    """
    chosen = Link.objects.in_use().filter(pk__in=[link.pk for link in links])
    return chosen.update(archived_at=now)


def unarchive_links(*, links: Iterable[Link]) -> int:
    """Show archived links in lists again; return how many were archived."""
    chosen = Link.objects.archived().filter(pk__in=[link.pk for link in links])
    return chosen.update(archived_at=None)

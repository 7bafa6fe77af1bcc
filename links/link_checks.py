"""Check links now and again: follow them on every device and keep what they met."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings

from links.alerts import update_alerts
from links.checker import follow_link
from links.models import Link, LinkCheck
from links.verdicts import Journey

_CHECKED_AT_ONCE = 8


def check_links(*, links: Sequence[Link], now: datetime) -> list[LinkCheck]:
    """Follow each link as each device and keep what they met; alert where a live one breaks.

    Takes as long as the slowest address answers. `link.domain` should be loaded.
    """
    tours = [(link, link.short_url, device) for link in links for device in LinkCheck.Device.values]
    with ThreadPoolExecutor(max_workers=_CHECKED_AT_ONCE) as pool:
        journeys = list(pool.map(lambda tour: _follow(*tour, now), tours))
    checks = LinkCheck.objects.bulk_create(
        _as_check(link, device, journey, now)
        for (link, _, device), journey in zip(tours, journeys, strict=True)
    )
    update_alerts(links=links, now=now)
    return checks


def recheck_due_links(*, now: datetime, limit: int) -> int:
    """Check the links of live sends whose last check is no longer fresh; return how many."""
    due = Link.objects.due_for_check(now=now, fresh_hours=settings.LINK_CHECK_FRESH_HOURS)
    links = list(due.select_related("domain")[:limit])
    check_links(links=links, now=now)
    return len(links)


def _follow(link: Link, url: str, device: str, now: datetime) -> Journey:
    allowed = settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS
    return follow_link(url, device=device, utm=link.utm, now=now, allowed_private_hosts=allowed)


def _as_check(link: Link, device: str, journey: Journey, now: datetime) -> LinkCheck:
    return LinkCheck(
        link=link,
        device=device,
        is_ok=journey.is_ok,
        checked_at=now,
        final_url=journey.final_url,
        final_status=journey.final_status,
        hops=[hop.as_json() for hop in journey.hops],
        problems=[problem.as_json() for problem in journey.problems],
    )

"""Check links now and again: follow them on every device and keep what they met."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

from django.conf import settings
from django.db import transaction

from links.alerts import update_alerts
from links.check_tours import Tour, tours_of
from links.checker import follow_link
from links.domain_checks import check_stale_domains
from links.models import Link, LinkCheck
from links.verdicts import Journey

_CHECKED_AT_ONCE = 8


def check_links(*, links: Sequence[Link], now: datetime) -> list[LinkCheck]:
    """Follow each link on each of its tours, look at its domain, and keep what was met.

    Takes as long as the slowest address answers. `link.domain` should be loaded. A link that
    worked the last time raises no alert yet: it is due again soon, and one bad moment is none.
    """
    check_stale_domains(domains=[link.domain for link in links], now=now)
    tours = [
        (link, tour) for link in links for tour in tours_of(link.destination_url, link.targets)
    ]
    with ThreadPoolExecutor(max_workers=_CHECKED_AT_ONCE) as pool:
        journeys = list(pool.map(lambda going: _follow(going[0], going[1], now), tours))
    rows = [
        _as_check(link, tour, journey, now)
        for (link, tour), journey in zip(tours, journeys, strict=True)
    ]
    with transaction.atomic():
        settled = _settled(links, rows)
        LinkCheck.objects.bulk_create(rows)
        update_alerts(links=settled, now=now)
    return rows


def _settled(links: Sequence[Link], rows: Sequence[LinkCheck]) -> list[Link]:
    """Keep the links that work, and those that did not work the last time either."""
    failed = {row.link_id for row in rows if not row.is_ok}
    before = Link.objects.filter(pk__in=failed).failing()
    unconfirmed = failed - set(before.values_list("pk", flat=True))
    return [link for link in links if link.pk not in unconfirmed]


def _follow(link: Link, tour: Tour, now: datetime) -> Journey:
    return follow_link(
        link.short_url,
        device=tour.device,
        utm=link.utm,
        now=now,
        destination_url=tour.destination_url,
        allowed_private_hosts=settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS,
    )


def _as_check(link: Link, tour: Tour, journey: Journey, now: datetime) -> LinkCheck:
    return LinkCheck(
        link=link,
        device=tour.device,
        destination_url=tour.destination_url,
        is_ok=journey.is_ok,
        checked_at=now,
        final_url=journey.final_url,
        final_status=journey.final_status,
        hops=[hop.as_json() for hop in journey.hops],
        problems=[problem.as_json() for problem in journey.problems],
    )

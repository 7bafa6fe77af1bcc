"""What pages show of links: the send page's panel and a link's own page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from campaigns.models import Send
from campaigns.send_page import Panel
from links.check_tours import Tour, tours_of
from links.models import Link, LinkCheck, RecipientLink
from links.qr import qr_data_uri
from links.send_preflight import is_fresh, latest_checks


@dataclass(frozen=True, slots=True)
class CheckView:
    """The last check of one way to follow a link, or that there is none, as a page shows it."""

    device: str
    destination_url: str
    icon: str
    check: LinkCheck | None
    is_fresh: bool

    @property
    def state(self) -> str:
        """One of `unchecked`, `failed`, `old` and `ok`."""
        if self.check is None:
            return "unchecked"
        if not self.check.is_ok:
            return "failed"
        return "ok" if self.is_fresh else "old"


@dataclass(frozen=True, slots=True)
class LinkView:
    """A link as a page shows it."""

    link: Link
    version: str
    replaced_at: datetime | None
    qr: str
    recipient_count: int
    checks: list[CheckView]


_ICONS = {"iphone": "phone_iphone", "android": "phone_android", "desktop": "desktop_windows"}


def link_views(links: Sequence[Link], now: datetime) -> list[LinkView]:
    """Return what a page shows of some links. Costs two queries."""
    latest = latest_checks(list(links))
    rows = RecipientLink.objects.filter(link__in=links).order_by().values_list("link")
    recipients = dict(rows.annotate(count=Count("id")))
    return [
        LinkView(
            link=link,
            version=link.utm_content,
            replaced_at=link.message.retired_at if link.message else None,
            qr=qr_data_uri(link.short_url),
            recipient_count=recipients.get(link.pk, 0),
            checks=[
                _check_view(tour, latest.get((link, tour)), link, now)
                for tour in tours_of(link.destination_url, link.targets)
            ],
        )
        for link in links
    ]


def send_panel_context(send: Send, request: HttpRequest) -> dict[str, Any]:
    """Return what the send page's panel shows."""
    links = list(Link.objects.of_send(send))
    return {
        "send": send,
        "views": link_views(links, timezone.now()),
        "fresh_hours": settings.LINK_CHECK_FRESH_HOURS,
        "check_url": reverse("admin:links_check_send", args=[send.pk]),
        "may_check": request.user.has_perm("links.change_link"),
        "recipients_url": reverse("admin:links_recipientlink_changelist") + f"?send={send.pk}",
        "domains_url": reverse("admin:links_domain_add")
        if request.user.has_perm("links.add_domain")
        else "",
    }


def send_and_version(link: Link) -> str | None:
    """Return the name of a link's send with its version, and whether that was replaced."""
    if link.send is None:
        return None
    version = f" · {link.utm_content}" if link.utm_content else ""
    replaced = " (replaced)" if link.message and link.message.retired_at else ""
    return f"{link.send.name}{version}{replaced}"


def state_of(link: Link, now: datetime) -> str:
    """Return in a word whether a link leads to its destination now, or why not."""
    if link.status == Link.Status.RETIRED:
        return "Retired"
    if link.expires_at and link.expires_at <= now:
        return "Expired"
    if link.limit_reached_at:
        return "Limit reached"
    return "Not started" if link.starts_at and link.starts_at > now else "Active"


def _check_view(tour: Tour, check: LinkCheck | None, link: Link, now: datetime) -> CheckView:
    return CheckView(
        device=LinkCheck.Device(tour.device).label,
        destination_url=tour.destination_url,
        icon=_ICONS[tour.device],
        check=check,
        is_fresh=check is not None and is_fresh(check, link, now),
    )


SEND_PANEL = Panel(
    title="Links", position=20, template="links/send_panel.html", context=send_panel_context
)

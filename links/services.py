"""The use cases of short links: make, change, retire, follow a send, check, upload an audience."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from django.conf import settings
from django.db import transaction

from campaigns.models import Message, Send
from links.audience import UploadResult, upload_recipients
from links.changes import announce_on_commit
from links.checker import follow_link
from links.destinations import UTM_KEYS
from links.hosts import HostNotAllowedError, check_host
from links.link_rows import (
    LinkRefusedError,
    check_addresses,
    check_link,
    set_status,
    store_link,
)
from links.models import Domain, Link, LinkCheck
from links.verdicts import Journey

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

__all__ = [
    "HostRefusedError",
    "LinkOptions",
    "LinkRefusedError",
    "NoDomainError",
    "UploadResult",
    "check_domain",
    "check_link",
    "check_links",
    "create_link",
    "default_domain",
    "recheck_due_links",
    "restore_links",
    "retire_links",
    "save_domain",
    "save_link",
    "sync_send_links",
    "upload_recipients",
]

_CHECKED_AT_ONCE = 8


class NoDomainError(LinkRefusedError):
    """There is no active domain to put a short link on."""

    def __init__(self) -> None:
        super().__init__(
            "There is no active domain yet: add one under Links, Domains.",
            field="domain",
            code="no-domain",
        )


class HostRefusedError(LinkRefusedError):
    """A domain's host is no host name."""


class LinkOptions(TypedDict, total=False):
    """What a link may have besides its destination and its UTM values."""

    title: str
    send: Send | None
    message: Message | None
    passes_query: bool
    starts_at: datetime | None
    expires_at: datetime | None
    fallback_url: str


def default_domain() -> Domain:
    """Return the domain that new links go to: the default one, else the oldest active one.

    Raises:
        NoDomainError: no domain is active.
    """
    domain = Domain.objects.filter(is_active=True).order_by("-is_default", "created_at").first()
    if domain is None:
        raise NoDomainError
    return domain


def create_link(
    *,
    domain: Domain | None = None,
    destination_url: str,
    utm: Mapping[str, str],
    code: str = "",
    by: "User | None",
    now: datetime,
    **options: Unpack[LinkOptions],
) -> Link:
    """Make a link; without a domain on the default one, without a code under a random one.

    Raises:
        LinkRefusedError: one of its kinds, as `save_link` and `default_domain` say.
    """
    link = Link(
        domain=domain or default_domain(),
        destination_url=destination_url,
        code=code,
        **{key: utm.get(key, "") for key in UTM_KEYS},
        **options,
    )
    return save_link(link=link, by=by, now=now)


def save_link(*, link: Link, by: "User | None", now: datetime) -> Link:
    """Store a new or a changed link and tell the redirectors.

    Raises:
        LinkRefusedError: one of the kinds that `check_link` and `store_link` name.
    """
    with transaction.atomic():
        check_link(link)
        return store_link(link, by=by)


def retire_links(*, links: Iterable[Link], now: datetime) -> int:
    """Let links lead to their fallback from now on; return how many were active before."""
    return set_status(list(links), old=Link.Status.ACTIVE, new=Link.Status.RETIRED, now=now)


def restore_links(*, links: Iterable[Link], now: datetime) -> int:
    """Let retired links lead to their destination again; return how many were retired."""
    return set_status(list(links), old=Link.Status.RETIRED, new=Link.Status.ACTIVE, now=now)


def check_domain(domain: Domain) -> None:
    """Refuse a domain that may not be stored, and write its host in the stored form.

    Raises:
        HostRefusedError: not a host name.
        DestinationRefusedError: the root or the fallback is no allowed web address.
    """
    try:
        domain.host = check_host(domain.host)
    except HostNotAllowedError as error:
        raise HostRefusedError(str(error), field="host", code="host-not-allowed") from error
    check_addresses(domain, "root_url", "fallback_url")


def save_domain(*, domain: Domain, now: datetime) -> Domain:
    """Store a domain and tell the redirectors. A new default takes over from the old one.

    Raises:
        LinkRefusedError: one of the kinds that `check_domain` names.
    """
    check_domain(domain)
    with transaction.atomic():
        if domain.is_default:
            others = Domain.objects.exclude(pk=domain.pk).filter(is_default=True)
            others.update(is_default=False, updated_at=now)
        domain.save()
        announce_on_commit()
    return domain


def sync_send_links(send: Send, now: datetime) -> None:
    """Give every message of a send its link, and let the links say what the send says.

    A version's own landing page counts before the send's. Links of a send that is live or over
    are left alone, except that a new version gets one; a replaced version's link stays active,
    because people hold it.
    Without a domain nothing is made; the preflight says so.
    """
    if send.status in {Send.Status.DONE, Send.Status.CANCELLED}:
        return
    messages = list(Message.objects.filter(send=send))
    links = {link.message_id: link for link in Link.objects.filter(message__in=messages)}
    try:
        domain = default_domain()
    except NoDomainError:
        return
    for message in messages:
        message.send = send
        link = links.get(message.pk) or Link(domain=domain, message=message)
        if link._state.adding or send.status != Send.Status.LIVE:
            _say_what_the_send_says(link, send=send, message=message)


def check_links(*, links: Sequence[Link], now: datetime) -> list[LinkCheck]:
    """Follow each link as a phone and as a desktop and keep what they met.

    Takes as long as the slowest address answers. `link.domain` should be loaded.
    """
    tours = [(link, link.short_url, device) for link in links for device in LinkCheck.Device.values]
    with ThreadPoolExecutor(max_workers=_CHECKED_AT_ONCE) as pool:
        journeys = list(pool.map(lambda tour: _follow(*tour), tours))
    return LinkCheck.objects.bulk_create(
        _as_check(link, device, journey, now)
        for (link, _, device), journey in zip(tours, journeys, strict=True)
    )


def recheck_due_links(*, now: datetime, limit: int) -> int:
    """Check the links of live sends whose last check is no longer fresh; return how many."""
    due = Link.objects.due_for_check(now=now, fresh_hours=settings.LINK_CHECK_FRESH_HOURS)
    links = list(due.select_related("domain")[:limit])
    check_links(links=links, now=now)
    return len(links)


def _follow(link: Link, url: str, device: str) -> Journey:
    allowed = settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS
    return follow_link(url, device=device, utm=link.utm, allowed_private_hosts=allowed)


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


def _say_what_the_send_says(link: Link, *, send: Send, message: Message) -> None:
    values = {
        "send_id": send.pk,
        "title": str(message)[:120],
        "destination_url": message.destination_url or send.destination_url,
        "utm_source": send.utm_source,
        "utm_medium": send.utm_medium,
        "utm_campaign": send.utm_campaign,
        "utm_content": message.utm_content,
        "utm_term": send.utm_term,
    }
    if all(getattr(link, name) == value for name, value in values.items()):
        return
    for name, value in values.items():
        setattr(link, name, value)
    check_addresses(link, "destination_url")
    store_link(link, by=send.created_by)

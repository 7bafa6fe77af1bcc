"""The use cases of short links: make, change, retire, follow a send, check, upload an audience."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from django.db import transaction

from campaigns.models import Message, Send
from links.archiving import archive_links, unarchive_links
from links.audience import UploadResult, upload_recipients
from links.bulk_edit import edit_links
from links.check_runs import recheck_due_links, start_check_run
from links.destinations import UTM_KEYS
from links.domain_checks import check_domains, recheck_due_domains
from links.domains import (
    HostRefusedError,
    NoDomainError,
    campaigns_of,
    check_domain,
    default_domain,
    domain_for,
    save_domain,
    shown_domain,
)
from links.link_checks import check_links
from links.link_rows import (
    LinkRefusedError,
    check_addresses,
    check_link,
    set_status,
    store_link,
)
from links.models import Domain, Link

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

__all__ = [
    "HostRefusedError",
    "LinkOptions",
    "LinkRefusedError",
    "NoDomainError",
    "UploadResult",
    "archive_links",
    "campaigns_of",
    "check_domain",
    "check_domains",
    "check_link",
    "check_links",
    "create_link",
    "default_domain",
    "domain_for",
    "edit_links",
    "recheck_due_domains",
    "recheck_due_links",
    "restore_links",
    "retire_links",
    "save_domain",
    "save_link",
    "shown_domain",
    "start_check_run",
    "sync_send_links",
    "unarchive_links",
    "upload_recipients",
]


class LinkOptions(TypedDict, total=False):
    """What a link may have besides its destination and its UTM values."""

    title: str
    send: Send | None
    message: Message | None
    passes_query: bool
    starts_at: datetime | None
    expires_at: datetime | None
    fallback_url: str
    tap_limit: int | None
    targets: list[dict[str, Any]]
    tags: list[str]


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
        domain = domain_for(send)
    except NoDomainError:
        return
    for message in messages:
        message.send = send
        link = links.get(message.pk) or Link(domain=domain, message=message)
        if link._state.adding or send.status != Send.Status.LIVE:
            _say_what_the_send_says(link, send=send, message=message)


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

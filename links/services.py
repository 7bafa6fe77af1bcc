"""The use cases of short links: make, change, retire, follow a send, check, upload an audience."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from django.conf import settings
from django.db import IntegrityError, transaction

from campaigns.models import Message, Send
from links.audience import UploadResult, upload_recipients
from links.changes import announce_on_commit
from links.checker import follow_link
from links.codes import CodeNotAllowedError, check_custom_code, random_code
from links.destinations import UTM_KEYS, DestinationError, check_destination
from links.models import Domain, Link, LinkCheck

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

__all__ = [
    "UploadResult",
    "check_links",
    "create_link",
    "default_domain",
    "restore_links",
    "retire_links",
    "save_domain",
    "save_link",
    "sync_send_links",
    "upload_recipients",
]

_CODE_ATTEMPTS = 10
_CHECKED_AT_ONCE = 8


class LinkRefusedError(ValueError):
    """A link cannot be stored; `field` names the value at fault and `code` the rule."""

    def __init__(self, message: str, *, field: str, code: str) -> None:
        super().__init__(message)
        self.field = field
        self.code = code


class NoDomainError(LinkRefusedError):
    """There is no active domain to put a short link on."""

    def __init__(self) -> None:
        super().__init__(
            "There is no active domain yet: add one under Links → Domains.",
            field="domain",
            code="no-domain",
        )


class CodeRefusedError(LinkRefusedError):
    """The chosen code is reserved, taken or not writable in an address."""


class CodeIsFixedError(LinkRefusedError):
    """Code and domain cannot change: the short link may stand in somebody's messages."""

    def __init__(self, field: str) -> None:
        super().__init__(
            "A short link's address cannot change once it exists; make another link instead.",
            field=field,
            code="code-is-fixed",
        )


class DestinationRefusedError(LinkRefusedError):
    """The destination or the fallback is no web address a message may lead to."""


class LinkPeriodError(LinkRefusedError):
    """The link would expire before it starts."""

    def __init__(self) -> None:
        super().__init__(
            "The link would expire before it starts.", field="expires_at", code="expires-too-early"
        )


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
        DestinationRefusedError: destination or fallback is no allowed web address.
        LinkPeriodError: it expires before it starts.
        CodeRefusedError: the chosen code is reserved, taken or not writable.
        CodeIsFixedError: an existing link's code or domain was changed.
    """
    _check_address(link.destination_url, "destination_url")
    if link.fallback_url:
        _check_address(link.fallback_url, "fallback_url")
    if link.starts_at and link.expires_at and link.expires_at <= link.starts_at:
        raise LinkPeriodError
    with transaction.atomic():
        if link._state.adding:
            link.created_by = by
            _insert(link)
        else:
            _check_address_is_kept(link)
            link.save()
        announce_on_commit()
    return link


def retire_links(*, links: Iterable[Link], now: datetime) -> int:
    """Let links lead to their fallback from now on; return how many were active before."""
    return _set_status(links, old=Link.Status.ACTIVE, new=Link.Status.RETIRED, now=now)


def restore_links(*, links: Iterable[Link], now: datetime) -> int:
    """Let retired links lead to their destination again; return how many were retired."""
    return _set_status(links, old=Link.Status.RETIRED, new=Link.Status.ACTIVE, now=now)


def save_domain(*, domain: Domain, now: datetime) -> Domain:
    """Store a domain and tell the redirectors. A new default takes over from the old one.

    Raises:
        DestinationRefusedError: the root or the fallback is no allowed web address.
    """
    for field in ("root_url", "fallback_url"):
        if getattr(domain, field):
            _check_address(getattr(domain, field), field)
    with transaction.atomic():
        if domain.is_default:
            others = Domain.objects.exclude(pk=domain.pk).filter(is_default=True)
            others.update(is_default=False, updated_at=now)
        domain.save()
        announce_on_commit()
    return domain


def sync_send_links(send: Send, now: datetime) -> None:
    """Give every message of a send its link, and let the links say what the send says.

    Links of a send that is live or over are left alone, except that a new message gets one.
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
        link = links.get(message.pk) or Link(domain=domain, message=message)
        if link._state.adding or send.status != Send.Status.LIVE:
            _say_what_the_send_says(link, send=send, message=message, now=now)


def check_links(*, links: Sequence[Link], now: datetime) -> list[LinkCheck]:
    """Follow each link as a phone and as a desktop and keep what they met.

    Takes as long as the slowest address answers; opens no transaction meanwhile.
    """
    tours = [(link, device) for link in links for device in LinkCheck.Device]
    with ThreadPoolExecutor(max_workers=_CHECKED_AT_ONCE) as pool:
        journeys = pool.map(
            lambda tour: follow_link(
                tour[0].short_url,
                device=tour[1].value,
                utm=tour[0].utm,
                allowed_private_hosts=settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS,
            ),
            tours,
        )
        checks = [
            LinkCheck(
                link=link,
                device=device,
                is_ok=journey.is_ok,
                checked_at=now,
                final_url=journey.final_url,
                final_status=journey.final_status,
                hops=[hop.as_json() for hop in journey.hops],
                problems=[problem.as_json() for problem in journey.problems],
            )
            for (link, device), journey in zip(tours, journeys, strict=True)
        ]
    return LinkCheck.objects.bulk_create(checks)


def _check_address(url: str, field: str) -> None:
    try:
        check_destination(url)
    except DestinationError as error:
        raise DestinationRefusedError(str(error), field=field, code=error.code) from error


def _check_address_is_kept(link: Link) -> None:
    stored = Link.objects.select_for_update().only("code", "domain").get(pk=link.pk)
    if stored.code != link.code:
        raise CodeIsFixedError("code")
    if stored.domain_id != link.domain_id:
        raise CodeIsFixedError("domain")


def _insert(link: Link) -> None:
    if link.code:
        _insert_under_custom_code(link)
        return
    for _ in range(_CODE_ATTEMPTS):
        link.code = random_code()
        try:
            with transaction.atomic():
                link.save(force_insert=True)
        except IntegrityError:
            if not _is_taken(link):
                raise
        else:
            return
    raise CodeRefusedError("No free code was found.", field="code", code="code-taken")


def _insert_under_custom_code(link: Link) -> None:
    try:
        link.code = check_custom_code(link.code)
    except CodeNotAllowedError as error:
        raise CodeRefusedError(str(error), field="code", code="code-not-allowed") from error
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as error:
        if not _is_taken(link):
            raise
        raise CodeRefusedError(
            f"{link.domain.host}/{link.code} is taken.", field="code", code="code-taken"
        ) from error


def _is_taken(link: Link) -> bool:
    return Link.objects.filter(domain=link.domain, code=link.code).exists()


def _set_status(links: Iterable[Link], *, old: Link.Status, new: Link.Status, now: datetime) -> int:
    with transaction.atomic():
        rows = Link.objects.filter(pk__in=[link.pk for link in links], status=old)
        changed = rows.update(status=new, updated_at=now)
        announce_on_commit()
    return changed


def _say_what_the_send_says(link: Link, *, send: Send, message: Message, now: datetime) -> None:
    values = {
        "send_id": send.pk,
        "title": str(message)[:120],
        "destination_url": send.destination_url,
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
    save_link(link=link, by=send.created_by, now=now)

"""What a link must satisfy before it is stored, and how it is stored."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from campaigns.landing_pages import LandingPageError, check_landing_page
from links.changes import announce_on_commit
from links.codes import CodeNotAllowedError, check_custom_code, random_code
from links.destinations import UTM_KEYS
from links.models import Domain, Link
from links.tags import TagNotAllowedError, clean_tags
from links.targets import TargetsRefusedError, check_targets

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_CODE_ATTEMPTS = 10
_THE_SENDS_FIELDS = ("destination_url", *UTM_KEYS)
_LABELS = ("title", "tags")
"""What nobody who taps ever meets: a change of it leaves checks as fresh as they were."""


class LinkRefusedError(ValueError):
    """A link cannot be stored; `field` names the value at fault and `code` the rule."""

    def __init__(self, message: str, *, field: str, code: str) -> None:
        super().__init__(message)
        self.field = field
        self.code = code


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


class LinkFollowsSendError(LinkRefusedError):
    """A message's link says what its send says; change it there."""

    def __init__(self, field: str) -> None:
        super().__init__(
            "This link belongs to a send's message: change the send instead.",
            field=field,
            code="link-follows-send",
        )


class DestinationRefusedError(LinkRefusedError):
    """The destination or the fallback is no web address a message may lead to."""


class TagRefusedError(LinkRefusedError):
    """A tag is too long, holds a separator, or is one too many."""


class TapLimitError(LinkRefusedError):
    """A link that nobody may tap is a retired one."""

    def __init__(self) -> None:
        super().__init__(
            "A tap limit is at least 1; leave it empty for none.",
            field="tap_limit",
            code="tap-limit-too-low",
        )


class TargetRefusedError(LinkRefusedError):
    """A target names no device or country, or leads where nobody may be sent."""


class LinkPeriodError(LinkRefusedError):
    """The link would expire before it starts."""

    def __init__(self) -> None:
        super().__init__(
            "The link would expire before it starts.", field="expires_at", code="expires-too-early"
        )


def check_link(link: Link) -> None:
    """Refuse a link that may not be stored, and write code, tags and targets as they are stored.

    Costs a query for an existing one.

    Raises:
        DestinationRefusedError: destination or fallback is no allowed web address.
        TagRefusedError: a tag is not allowed.
        TargetRefusedError: a target fits everybody, or leads where nobody may be sent.
        TapLimitError: its limit is zero.
        LinkPeriodError: it expires before it starts.
        CodeRefusedError: the chosen code of a new link is reserved or not writable.
        CodeIsFixedError: an existing link's code or domain was changed.
        LinkFollowsSendError: what a message's link takes from its send was changed.
    """
    check_addresses(link, "destination_url", "fallback_url")
    if link.starts_at and link.expires_at and link.expires_at <= link.starts_at:
        raise LinkPeriodError
    if link.tap_limit == 0:
        raise TapLimitError
    _write_tags(link)
    _write_targets(link)
    if not link._state.adding:
        _check_what_is_fixed(link)
    elif link.code:
        link.code = _checked_code(link)


def check_addresses(row: Link | Domain, *fields: str) -> None:
    """Refuse a row with a filled field that is no address a visitor may be sent to.

    Raises:
        DestinationRefusedError: names the field.
    """
    for field in fields:
        if getattr(row, field) or field == "destination_url":
            try:
                check_landing_page(getattr(row, field))
            except LandingPageError as error:
                raise DestinationRefusedError(str(error), field=field, code=error.code) from error


def store_link(link: Link, *, by: "User | None") -> Link:
    """Write a link and tell the redirectors; without a code a new one gets a random one.

    Raises:
        CodeRefusedError: the code is taken.
    """
    with transaction.atomic():
        if link._state.adding:
            insert_link(link, by=by)
        else:
            _update_link(link)
        announce_on_commit()
    return link


def insert_link(link: Link, *, by: "User | None") -> None:
    """Write a new link, without telling the redirectors yet: many at once are told of once.

    Raises:
        CodeRefusedError: the code is taken.
    """
    link.created_by = by
    if link.code:
        _insert_under(link, _checked_code(link))
    else:
        _insert_under_random_code(link)


def set_status(links: list[Link], *, old: Link.Status, new: Link.Status, now: datetime) -> int:
    """Move links from one status to another and return how many were in the old one."""
    with transaction.atomic():
        rows = Link.objects.filter(pk__in=[link.pk for link in links], status=old)
        changed = rows.update(status=new, updated_at=now)
        announce_on_commit()
    return changed


def _update_link(link: Link) -> None:
    """Write an existing link. A changed limit is met anew, by the next tap."""
    stored = Link.objects.get(pk=link.pk)
    if stored.tap_limit != link.tap_limit:
        link.limit_reached_at = None
    changed = {
        field.name
        for field in Link._meta.concrete_fields
        if getattr(stored, field.attname) != getattr(link, field.attname)
    }
    if changed.issubset(_LABELS):
        link.save(update_fields=sorted(changed))
    else:
        link.save()


def _write_tags(link: Link) -> None:
    try:
        link.tags = clean_tags(link.tags)
    except TagNotAllowedError as error:
        raise TagRefusedError(str(error), field="tags", code="tag-not-allowed") from error


def _write_targets(link: Link) -> None:
    try:
        link.targets = check_targets(link.targets)
        for target in link.targets:
            check_landing_page(target["destination_url"])
    except (TargetsRefusedError, LandingPageError) as error:
        code = getattr(error, "code", "target-not-allowed")
        raise TargetRefusedError(str(error), field="targets", code=code) from error


def _checked_code(link: Link) -> str:
    try:
        return check_custom_code(link.code)
    except CodeNotAllowedError as error:
        raise CodeRefusedError(str(error), field="code", code="code-not-allowed") from error


def _check_what_is_fixed(link: Link) -> None:
    stored = Link.objects.get(pk=link.pk)
    if stored.code != link.code:
        raise CodeIsFixedError("code")
    if stored.domain_id != link.domain_id:
        raise CodeIsFixedError("domain")
    if stored.message_id is not None:
        for field in _THE_SENDS_FIELDS:
            if getattr(stored, field) != getattr(link, field):
                raise LinkFollowsSendError(field)


def _insert_under_random_code(link: Link) -> None:
    for attempt in range(_CODE_ATTEMPTS):
        try:
            _insert_under(link, random_code())
        except CodeRefusedError:
            if attempt == _CODE_ATTEMPTS - 1:
                raise
        else:
            return


def _insert_under(link: Link, code: str) -> None:
    link.code = code
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as error:
        if not Link.objects.filter(domain=link.domain, code=code).exists():
            raise
        raise CodeRefusedError(
            f"{link.domain.host}/{code} is taken.", field="code", code="code-taken"
        ) from error

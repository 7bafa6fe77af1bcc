"""Change what a live send says: the change is a new version, and the old one is kept as it was."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from campaigns.conventions import Violation
from campaigns.history import save_by
from campaigns.landing_pages import broken_page
from campaigns.models import Message, Send
from campaigns.published_rules import rules_of
from campaigns.send_followers import follow
from campaigns.send_saving import ConventionBrokenError
from campaigns.sms_text import LINK_MARK
from campaigns.versions import free_names

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)


LONGEST_BODY = 1600


class NotReplaceableError(Exception):
    """Only a version that is going out can be replaced; the words say what to do instead."""


@transaction.atomic
def replace_message(
    *, message: Message, body: str, destination_url: str, by: "User | None", now: datetime
) -> Message:
    """Put a new version in the place of one that is going out, and return the new one.

    It gets the next free name of the convention and the old one's share; the old one is kept
    and goes to nobody else. An empty `destination_url` means the send's landing page.

    Raises:
        NotReplaceableError: the send is not live, or the version was replaced before.
        ConventionBrokenError: the text or the landing page cannot go out like this.
    """
    new = check_replacement(message=message, body=body, destination_url=destination_url, now=now)
    send, old = new.send, new.replaces
    assert old is not None  # noqa: S101 - just set
    old.retired_at = now
    save_by(old, by, reason=f"Replaced by {new.utm_content}")
    save_by(new, by, reason=f"Replaces {old.utm_content or 'the only version'}")
    follow(send, now=now)
    return new


def check_replacement(
    *, message: Message, body: str, destination_url: str, now: datetime
) -> Message:
    """Return the unsaved version that would take a place, if it may. Locks the send.

    Raises:
        NotReplaceableError: the send is not live, or the version was replaced before.
        ConventionBrokenError: the text or the landing page cannot go out like this.
    """
    send = Send.objects.select_for_update().get(pk=message.send_id)
    old = send.messages.get(pk=message.pk)
    _refuse_unless_going_out(send, old)
    new = Message(
        send=send,
        body=body,
        destination_url=destination_url.strip(),
        share=old.share,
        replaces=old,
        utm_content=_next_name(send, now),
    )
    found = list(_check(new, old))
    if found:
        raise ConventionBrokenError(found, {})
    return new


def _refuse_unless_going_out(send: Send, old: Message) -> None:
    if send.status != Send.Status.LIVE:
        text = f"“{send.name}” is {send.status}; only a live send’s texts are replaced."
        if send.status in {Send.Status.DRAFT, Send.Status.READY}:
            text += " Change the message itself."
        raise NotReplaceableError(text)
    if old.retired_at is not None:
        day = timezone.localtime(old.retired_at)
        name = old.utm_content or "This version"
        raise NotReplaceableError(
            f"{name} was already replaced on {day:%-d %B %Y}. Change the version that goes out now."
        )


def _next_name(send: Send, now: datetime) -> str:
    """Return the next name by the version of the convention that the send was checked against."""
    rules = rules_of(send.convention, today=timezone.localdate(now))
    return next(free_names(list(send.messages.all()), rules))


def _check(new: Message, old: Message) -> Iterator[Violation]:
    if (new.body, new.destination_url) == (old.body, old.destination_url):
        text = "This is word for word what goes out already. Change the text or the landing page."
        yield Violation("body", new.body, "unchanged", text, "")
    elif new.body.count(LINK_MARK) != 1:
        text = f"The text needs {LINK_MARK} once, where the short link goes."
        plain = " ".join(new.body.replace(LINK_MARK, " ").split())
        yield Violation("body", new.body, "link-mark", text, f"{plain} {LINK_MARK}".strip())
    if len(new.body) > LONGEST_BODY:
        text = f"The text has {len(new.body):,} characters; {LONGEST_BODY:,} are the most."
        yield Violation("body", new.body[:200], "too-long", text, "")
    yield from broken_page("destination_url", new.destination_url)

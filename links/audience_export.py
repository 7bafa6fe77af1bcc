"""Writes a send's audience as CSV, row by row: for the tool that sends, and for an auditor."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.http import StreamingHttpResponse

from campaigns.personal_data import mask_email
from campaigns.phone_numbers import mask_phone
from campaigns.sms_text import LINK_MARK
from campaigns.spreadsheets import harmless
from links.holdout import holdout_place
from links.models import HeldOutRecipient, RecipientLink

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from campaigns.models import Send

PERSON = ("phone", "email", "external_id", "name")
HEADING = (*PERSON, "version", "short_url", "message")
SPLIT_HEADING = ("phone_hash", "holdout_place", "group", "version")
_CHUNK = 2000
_PLAIN_OFFER = re.compile(r"[+-] ?\d+ ?%[^|]*", re.DOTALL)


class _Line:
    """A file-like object that gives back what it was told to write."""

    def write(self, text: str) -> str:
        return text


def export_recipients(recipients: "QuerySet[RecipientLink]", *, is_open: bool) -> Iterator[str]:
    """Yield CSV lines; unless `is_open`, numbers and e-mails are masked. Constant memory.

    `message` is the version's text with the recipient's own link in it, ready to be sent. Free
    text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    write = _writer()
    yield write(HEADING)
    for recipient in recipients.order_by("link_id", "id").iterator(chunk_size=_CHUNK):
        yield write(
            (
                *_person(recipient, is_open=is_open),
                recipient.link.utm_content,
                recipient.short_url,
                _text_of(recipient),
            )
        )


def export_held_out(held_out: "QuerySet[HeldOutRecipient]", *, is_open: bool) -> Iterator[str]:
    """Yield CSV lines of the people who get nothing; masked unless `is_open`."""
    write = _writer()
    yield write(PERSON)
    for person in held_out.order_by("id").iterator(chunk_size=_CHUNK):
        yield write(_person(person, is_open=is_open))


def export_split(send: "Send") -> Iterator[str]:
    """Yield CSV lines of every number's keyed hash and what it got; no personal data."""
    write = _writer()
    yield write(SPLIT_HEADING)
    held_out = HeldOutRecipient.objects.of_send(send).order_by("id").values_list("phone_hash")
    for (phone_hash,) in held_out.iterator(chunk_size=_CHUNK):
        yield write((phone_hash, holdout_place(phone_hash, send.pk), "held-out", ""))
    given = RecipientLink.objects.filter(link__send=send).order_by("link_id", "id")
    rows = given.values_list("phone_hash", "link__utm_content")
    for phone_hash, version in rows.iterator(chunk_size=_CHUNK):
        yield write((phone_hash, holdout_place(phone_hash, send.pk), "recipient", version))


def csv_answer(lines: Iterator[Any], name: str) -> StreamingHttpResponse:
    """Return a download that no cache keeps."""
    plain = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in name)
    return StreamingHttpResponse(
        lines,
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{plain}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


def _writer() -> Callable[[Sequence[Any]], str]:
    write = csv.writer(_Line()).writerow
    return lambda cells: str(write(cells))


def _person(person: RecipientLink | HeldOutRecipient, *, is_open: bool) -> tuple[str, ...]:
    phone, email = person.phone, person.email
    return (
        phone if is_open else mask_phone(phone),
        harmless(email if is_open else mask_email(email)),
        harmless(person.external_id),
        harmless(person.name),
    )


def _text_of(recipient: "RecipientLink") -> str:
    message = recipient.link.message
    text = message.body.replace(LINK_MARK, recipient.short_url) if message else ""
    # “-20% today” is a text people send and no formula: it must reach them as it is
    return text if _PLAIN_OFFER.fullmatch(text) else harmless(text)

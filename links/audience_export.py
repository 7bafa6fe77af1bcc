"""Writes a send's audience as CSV, row by row, for the tool that sends the messages."""

import csv
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from campaigns.personal_data import mask_email
from campaigns.phone_numbers import mask_phone
from campaigns.sms_text import LINK_MARK
from campaigns.spreadsheets import harmless

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from links.models import RecipientLink

HEADING = ("phone", "email", "external_id", "name", "version", "short_url", "message")
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
    write = csv.writer(_Line()).writerow
    yield str(write(HEADING))
    for recipient in recipients.order_by("link_id", "id").iterator(chunk_size=2000):
        phone, email = recipient.phone, recipient.email
        yield str(
            write(
                (
                    phone if is_open else mask_phone(phone),
                    harmless(email if is_open else mask_email(email)),
                    harmless(recipient.external_id),
                    harmless(recipient.name),
                    recipient.link.utm_content,
                    recipient.short_url,
                    _text_of(recipient),
                )
            )
        )


def _text_of(recipient: "RecipientLink") -> str:
    message = recipient.link.message
    text = message.body.replace(LINK_MARK, recipient.short_url) if message else ""
    # “-20% today” is a text people send and no formula: it must reach them as it is
    return text if _PLAIN_OFFER.fullmatch(text) else harmless(text)

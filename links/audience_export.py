"""Writes a send's audience as CSV, row by row, for the tool that sends the messages."""

import csv
from collections.abc import Iterator
from typing import TYPE_CHECKING

from campaigns.personal_data import mask_email
from campaigns.phone_numbers import mask_phone

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from links.models import RecipientLink

HEADING = ("phone", "email", "external_id", "name", "version", "short_url")
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class _Line:
    """A file-like object that gives back what it was told to write."""

    def write(self, text: str) -> str:
        return text


def export_recipients(recipients: "QuerySet[RecipientLink]", *, is_open: bool) -> Iterator[str]:
    """Yield CSV lines; unless `is_open`, numbers and e-mails are masked. Constant memory.

    Free text that a spreadsheet would run as a formula gets an apostrophe in front.
    """
    write = csv.writer(_Line()).writerow
    yield str(write(HEADING))
    for recipient in recipients.order_by("link_id", "id").iterator(chunk_size=2000):
        phone, email = recipient.phone, recipient.email
        yield str(
            write(
                (
                    phone if is_open else mask_phone(phone),
                    _harmless(email if is_open else mask_email(email)),
                    _harmless(recipient.external_id),
                    _harmless(recipient.name),
                    recipient.link.utm_content,
                    recipient.short_url,
                )
            )
        )


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA_SIGNS) else text

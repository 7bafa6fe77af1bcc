"""E-mails to people: who gets them, and how they leave."""

import logging
import smtplib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

logger = logging.getLogger(__name__)


class MailServerError(Exception):
    """The mail server cannot be reached, or does not let us in. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an e-mail."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one person: always as text, perhaps as HTML beside it."""

    recipient: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def is_mail_set_up() -> bool:
    """Tell whether e-mails can leave at all."""
    return bool(settings.EMAIL_URL)


def recipients_beside(person: "User | None") -> list[str]:
    """Return the addresses of `ALERT_EMAILS` and of the person whose work it is, each once."""
    own = [person.email] if person is not None and person.is_active and person.email else []
    by_lower_case = {address.lower(): address for address in [*settings.ALERT_EMAILS, *own]}
    return list(by_lower_case.values())


@contextmanager
def mail_server() -> Iterator[Any]:
    """Hold a connection to the mail server open.

    Raises:
        MailServerError: there is no way to the mail server.
    """
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerError(f"The mail server of EMAIL_URL cannot be used: {error}") from error
    try:
        yield connection
    finally:
        connection.close()


def post_letter(letter: Letter, connection: Any) -> None:
    """Send one e-mail through an open connection.

    Raises:
        SMTPException: the server refuses it.
        OSError: the connection broke; the e-mail may have arrived.
    """
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.recipient],
        connection=connection,
        headers=dict(letter.headers),
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    for file in letter.attachments:
        message.attach(file.name, file.content, file.media_type)
    message.send()


def post_letters(letters: Sequence[Letter]) -> None:
    """Send e-mails. One that its server refuses is logged and does not keep the others back.

    Raises:
        MailServerError: there is no way to the mail server; all of them should be tried later.
    """
    if not letters:
        return
    with mail_server() as connection:
        _post(connection, letters)


def _post(connection: Any, letters: Iterable[Letter]) -> None:
    for letter in letters:
        try:
            post_letter(letter, connection)
        except (smtplib.SMTPException, OSError) as error:
            logger.warning("The e-mail “%s” was refused: %s", letter.subject, error)

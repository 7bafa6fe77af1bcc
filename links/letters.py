"""E-mails to people: who gets them, and how they leave."""

import logging
import smtplib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

logger = logging.getLogger(__name__)


class MailServerError(Exception):
    """The mail server cannot be reached, or does not let us in. Nothing was sent."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail to one person."""

    recipient: str
    subject: str
    text: str


def is_mail_set_up() -> bool:
    """Tell whether e-mails can leave at all."""
    return bool(settings.EMAIL_URL)


def recipients_beside(person: "User | None") -> list[str]:
    """Return the addresses of `ALERT_EMAILS` and of the person whose work it is, each once."""
    own = [person.email] if person is not None and person.is_active and person.email else []
    by_lower_case = {address.lower(): address for address in [*settings.ALERT_EMAILS, *own]}
    return list(by_lower_case.values())


def post_letters(letters: Sequence[Letter]) -> None:
    """Send e-mails. One that its server refuses is logged and does not keep the others back.

    Raises:
        MailServerError: there is no way to the mail server; all of them should be tried later.
    """
    if not letters:
        return
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerError(f"The mail server of EMAIL_URL cannot be used: {error}") from error
    try:
        _post(connection, letters)
    finally:
        connection.close()


def _post(connection: object, letters: Iterable[Letter]) -> None:
    for letter in letters:
        message = EmailMessage(
            letter.subject, letter.text, to=[letter.recipient], connection=connection
        )
        try:
            message.send()
        except (smtplib.SMTPException, OSError) as error:
            logger.warning("The e-mail “%s” was refused: %s", letter.subject, error)

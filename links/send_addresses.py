"""The short links of a send's messages, told to its form before and after they are made."""

from collections.abc import Sequence
from uuid import UUID

from campaigns.models import Message
from links.codes import CODE_LENGTH
from links.models import Link
from links.services import NoDomainError, default_domain

_LOOK_ALIKE = "k7Qm2XaR"


def addresses_of(messages: Sequence[Message]) -> dict[UUID, str]:
    """Return the short links that these messages have, by the message's id."""
    ids = [message.pk for message in messages]
    links = Link.objects.filter(message__in=ids).select_related("domain")
    return {link.message_id: link.short_url for link in links}


def address_to_come() -> str:
    """Return what a new short link will look like; an empty string where there is no domain."""
    try:
        domain = default_domain()
    except NoDomainError:
        return ""
    return f"{domain.scheme}://{domain.host}/{_LOOK_ALIKE[:CODE_LENGTH]}"

"""Identifiers that may leave the system: unguessable, and ordered by time for the index.

Layout: RFC 9562 section 5.7 (UUID version 7), 48 bits of Unix milliseconds and 74 random bits.
"""

import base64
import binascii
import os
import time
import uuid
from typing import TYPE_CHECKING, Any

from django.db import models


class MalformedIdError(ValueError):
    """The text is not a 22-character public id."""


def new_id() -> uuid.UUID:
    """Return a fresh UUID version 7."""
    return uuid.UUID(bytes=new_id_bytes())


def new_id_bytes() -> bytes:
    """Return the 16 bytes of a fresh UUID version 7."""
    moment = (time.time_ns() // 1_000_000).to_bytes(6, "big")
    noise = bytearray(os.urandom(10))
    noise[0] = 0x70 | noise[0] & 0x0F
    noise[2] = 0x80 | noise[2] & 0x3F
    return moment + bytes(noise)


def encode_id(value: uuid.UUID) -> str:
    """Return the 22-character form used in addresses (base64url, RFC 4648 section 5)."""
    return base64.urlsafe_b64encode(value.bytes)[:22].decode("ascii")


def decode_id(text: str) -> uuid.UUID:
    """Return the id behind its 22-character form.

    Raises:
        MalformedIdError: the text has another length or other characters.
    """
    try:
        raw = base64.b64decode(text.encode("ascii") + b"==", altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise MalformedIdError(text) from error
    if len(text) != 22 or len(raw) != 16 or "+" in text or "/" in text:
        raise MalformedIdError(text)
    return uuid.UUID(bytes=raw)


if TYPE_CHECKING:
    _UUIDField = models.UUIDField[uuid.UUID, uuid.UUID]
else:  # Django's fields cannot be subscripted at run time
    _UUIDField = models.UUIDField


class PublicIdField(_UUIDField):
    """The primary key of every model: a UUID version 7."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"primary_key": True, "default": new_id, "editable": False, **options})

    def deconstruct(self) -> tuple[str, str, Any, Any]:
        """Say also when it is no primary key: history tables copy it as a plain column."""
        name, path, arguments, options = super().deconstruct()
        return name, path, arguments, {**options, "primary_key": self.primary_key}

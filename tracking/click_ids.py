"""Click ids: UUIDs version 7 in their 22-character form, drawn by the hundred.

Asking the kernel for ten random bytes costs more than everything else about an id. So the
random parts are drawn in advance, from `os.urandom` alone, and each is given out once; a forked
child forgets its parent's. Layout: RFC 9562 section 5.7; the 48 bits of time are exactly the first
eight characters of base64url, so that the two parts need not be put together as bytes.
"""

import os
from binascii import b2a_base64
from functools import lru_cache

_DRAWN_AT_ONCE = 256
_STRIDE = 12
"""Bytes per id in a batch, of which ten are used: so many end where a base64 character ends."""

_URL_SAFE = bytes.maketrans(b"+/", b"-_")
_RANDOM = int.from_bytes(bytes.fromhex("0fff3fffffffffffffff0000") * _DRAWN_AT_ONCE)
_VERSION_AND_VARIANT = int.from_bytes(bytes.fromhex("700080000000000000000000") * _DRAWN_AT_ONCE)

_drawn: list[str] = []
os.register_at_fork(after_in_child=_drawn.clear)


def new_click_id(milliseconds: int) -> str:
    """Return a fresh id for a moment, in milliseconds since 1970. Safe between threads."""
    try:
        return _time_part(milliseconds) + _drawn.pop()
    except IndexError:
        _drawn.extend(_draw())
        return new_click_id(milliseconds)


@lru_cache(maxsize=4)
def _time_part(milliseconds: int) -> str:
    return _base64url(milliseconds.to_bytes(6, "big"))


def _draw() -> list[str]:
    noise = int.from_bytes(os.urandom(_STRIDE * _DRAWN_AT_ONCE))
    fields = noise & _RANDOM | _VERSION_AND_VARIANT
    text = _base64url(fields.to_bytes(_STRIDE * _DRAWN_AT_ONCE, "big"))
    return [text[start : start + 14] for start in range(0, len(text), 16)]


def _base64url(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).translate(_URL_SAFE).decode("ascii")

"""Who is held out of a send: by the number alone, so that anybody can audit it.

To audit one number, take its keyed hash (64 hexadecimal characters) and the send's id:

1. SHA-256 over the text `holdout`, the id's 16 bytes and the hash's characters;
2. its first 8 bytes as a whole number, times 100, divided by 2⁶⁴, rounded down;
3. the number is held out if that is less than the send's per cent.

The text keeps the choice apart from that of a version, the id makes every send choose anew. Pure.
"""

import hashlib
from typing import Final
from uuid import UUID

MOST_PERCENT: Final = 50


def is_held_out(phone_hash: str, send_id: UUID, percent: int) -> bool:
    """Say whether a number, known by its keyed hash, gets nothing."""
    return percent > 0 and holdout_place(phone_hash, send_id) < percent


def holdout_place(phone_hash: str, send_id: UUID) -> int:
    """Return where a number stands among a hundred equal parts, from 0 to 99."""
    digest = hashlib.sha256(b"holdout" + send_id.bytes + phone_hash.encode()).digest()
    return int.from_bytes(digest[:8], "big") * 100 >> 64

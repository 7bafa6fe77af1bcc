"""Which version of a send's text a number gets: by the number alone, so that anybody can audit it.

To audit one recipient, take the number's keyed hash (64 hexadecimal characters), the send's id and
the shares of the versions that were handed out then:

1. SHA-256 over the id's 16 bytes followed by the hash's characters;
2. its first 8 bytes as a whole number, times the sum of the shares, divided by 2⁶⁴, rounded down;
3. with the versions in the order of their names, the first whose shares so far exceed that.

`version_for` does just this. The id salts it: another send divides the same people anew. Pure.
"""

import hashlib
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from uuid import UUID


class NoSharesError(ValueError):
    """No version is to be handed out."""


class VersionSplit:
    """The split of one send, for asking it about many numbers."""

    def __init__(self, send_id: UUID, shares: Mapping[str, int]) -> None:
        """Order the versions by name; a version without a share gets nobody.

        Raises:
            NoSharesError: no version has a share.
        """
        self._names = sorted(name for name, share in shares.items() if share > 0)
        if not self._names:
            raise NoSharesError("No version of the send has a share of its recipients.")
        self._ends = list(accumulate(shares[name] for name in self._names))
        self._salt = send_id.bytes

    def choose(self, phone_hash: str) -> str:
        """Return the name of the version that a number gets, known by its keyed hash."""
        digest = hashlib.sha256(self._salt + phone_hash.encode()).digest()
        place = int.from_bytes(digest[:8], "big") * self._ends[-1] >> 64
        return self._names[bisect_right(self._ends, place)]


def version_for(phone_hash: str, send_id: UUID, shares: Mapping[str, int]) -> str:
    """Return the version that one number gets of a send with these shares.

    Raises:
        NoSharesError: no version has a share.
    """
    return VersionSplit(send_id, shares).choose(phone_hash)

"""Many public ids at once, for rows that are written by the hundred thousand. Pure.

Layout: RFC 9562 section 5.7 (UUID version 7), as in `campaigns.public_ids`.
"""

import os
import time

import numpy as np
from numpy.typing import NDArray


def new_ids(count: int) -> NDArray[np.void]:
    """Return fresh UUIDs version 7 as 16 raw bytes each, ascending.

    In order they are put into an index several times faster.
    """
    rows = np.frombuffer(os.urandom(16 * count), np.uint8).reshape(count, 16).copy()
    moment = (time.time_ns() // 1_000_000).to_bytes(6, "big")
    rows[:, :6] = np.frombuffer(moment, np.uint8)
    rows[:, 6] = 0x70 | rows[:, 6] & 0x0F
    rows[:, 8] = 0x80 | rows[:, 8] & 0x3F
    return np.sort(rows.reshape(-1).view("V16"))

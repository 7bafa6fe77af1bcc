"""When a webhook message is tried again: the schedule that Standard Webhooks recommends."""

import secrets
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

DELAYS = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""The pause after each failed attempt; after the last attempt a message is given up."""

LONGEST_WISH = timedelta(hours=24)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
_JITTER_PERCENT = 10


def next_attempt(
    *, attempts: int, now: datetime, retry_after: timedelta | None = None
) -> datetime | None:
    """Return when to try again after so many failed attempts; None: give it up.

    Up to a tenth is added, so that what failed together is not tried together.
    """
    if attempts > len(DELAYS):
        return None
    delay = DELAYS[attempts - 1]
    jitter = delay * secrets.randbelow(1000) * _JITTER_PERCENT / 100_000
    return now + max(delay + jitter, retry_after or timedelta(0))


def endpoint_pause(*, failures: int, retry_after: timedelta | None) -> timedelta:
    """Return how long an endpoint in trouble is left alone after so many failures in a row."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(failures - 1, 10)
    return max(min(doubled, _LONGEST_PAUSE), retry_after or timedelta(0))


def read_retry_after(text: str, *, now: datetime) -> timedelta | None:
    """Return the wish of a Retry-After header, seconds or a date; a day at the most."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=int(text[:9])), LONGEST_WISH)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    wish = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now
    return min(max(wish, timedelta(0)), LONGEST_WISH)

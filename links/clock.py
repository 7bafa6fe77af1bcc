"""The time of a long pass."""

import time
from datetime import datetime, timedelta


class Clock:
    """The moment a pass began plus what has passed since."""

    def __init__(self, now: datetime) -> None:
        self._started_at = now
        self._started = time.monotonic()

    @property
    def elapsed(self) -> timedelta:
        """Return how long the pass has been running."""
        return timedelta(seconds=time.monotonic() - self._started)

    def now(self) -> datetime:
        """Return the time."""
        return self._started_at + self.elapsed

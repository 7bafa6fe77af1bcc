"""The redirector with a journal that is deliberately wrong: it answers first and writes later.

`benchmarks/kill.py` must find that this one loses taps, or it proves nothing.
"""

import threading
import time
from typing import Any

FLUSH_SECONDS = 0.01


def build() -> Any:
    """Return the application of `config.wsgi` with the buffered journal in it."""
    from config import wsgi
    from tracking import journal

    right = journal.Journal

    class BufferedJournal(right):  # type: ignore[misc, valid-type]
        def __init__(self, **options: Any) -> None:
            super().__init__(**options)
            self.waiting: list[bytes] = []
            threading.Thread(target=self.flush_for_ever, daemon=True).start()

        def write(self, line: bytes) -> bool:
            self.waiting.append(line)
            return True

        def flush_for_ever(self) -> None:
            while True:
                time.sleep(FLUSH_SECONDS)
                waiting, self.waiting = self.waiting, []
                if waiting:
                    super().write(b"".join(waiting))

    journal.Journal = BufferedJournal  # type: ignore[misc]
    return wsgi.application


application = build()

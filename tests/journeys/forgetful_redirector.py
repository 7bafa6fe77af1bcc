"""A redirector that is wrong on purpose: it answers first and would write a minute later.

Whatever finds no lost tap here, finds none anywhere.
"""

from config.wsgi import build_application
from tracking.journal import Journal


def _remember(journal: Journal, line: bytes) -> bool:
    return True


Journal.write = _remember  # type: ignore[method-assign]
application = build_application()

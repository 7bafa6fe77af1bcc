"""The redirector on a machine whose clock jumps an hour on, two days back, and on again."""

import itertools
import time

_JUMPS = (0, 3600, -2 * 86400, 60, -60)
_CALLS_PER_JUMP = 40
_clock = time.time_ns
_calls = itertools.count()


def _jumping() -> int:
    jump = _JUMPS[next(_calls) // _CALLS_PER_JUMP % len(_JUMPS)]
    return _clock() + jump * 10**9


time.time_ns = _jumping

from config.wsgi import build_application  # noqa: E402 -- it takes the clock it finds

application = build_application()

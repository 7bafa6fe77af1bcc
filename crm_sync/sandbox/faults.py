"""How the sandbox misbehaves when it is told to, and what it was asked."""

import threading
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Fault:
    """A misbehaviour for some requests.

    `path` is a part of the address ("" = any), `skip` lets so many matching requests pass
    first, `times` is how many are hit. What happens: wait `delay` seconds; answer `status`
    (0 = answer properly) with `retry_after`; send only half of the body if `truncate`.
    """

    path: str = ""
    skip: int = 0
    times: int = 1
    status: int = 0
    retry_after: str = ""
    delay: float = 0.0
    truncate: bool = False
    drop: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What the sandbox was asked."""

    method: str
    path: str
    query: dict[str, str]
    body: dict[str, Any]


@dataclass(slots=True)
class Behaviour:
    """The faults in force, the lag of the search index, and the log of requests."""

    faults: list[Fault] = field(default_factory=list)
    index_lag_seconds: float = 0.0
    search_cap: int = 10_000
    requests: list[Request] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, request: Request) -> Fault | None:
        """Log a request and return the fault it meets, if any."""
        with self._lock:
            self.requests.append(request)
            for fault in self.faults:
                if fault.path not in request.path or fault.times <= 0:
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
            return None

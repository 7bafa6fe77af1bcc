"""A request id on every request, every log line and every error."""

import logging
import re
import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
_ACCEPTED = re.compile(r"[A-Za-z0-9._-]{8,64}")
_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request_id() -> str:
    """Return the id of the request being answered, or an empty string outside of one."""
    return _current.get()


class RequestIdMiddleware:
    """Takes over a caller's well-formed id or makes one, and returns it in the answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        offered = request.headers.get(HEADER, "")
        token = _current.set(offered if _ACCEPTED.fullmatch(offered) else uuid.uuid4().hex)
        try:
            response = self.get_response(request)
            response[HEADER] = _current.get()
            return response
        finally:
            _current.reset(token)


class RequestIdFilter(logging.Filter):
    """Adds the current request id to log records."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep every record, with `request_id` set."""
        record.request_id = _current.get()
        return True

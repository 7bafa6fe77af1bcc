"""The only HTTP client of the CRM providers: bounded in time, in size and in attempts.

An answer is JSON or an `ApiError` that says in plain words what happened and whether trying
again can help. Nothing secret is logged: no header, no body, no query.
"""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase

logger = logging.getLogger(__name__)

TIMEOUTS = (5, 30)
MAX_ATTEMPTS = 6
BUDGET_SECONDS = 120.0
SHORTEST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
MAX_BODY_BYTES = 32 * 1024 * 1024
_CHUNK_BYTES = 64 * 1024
_TOKENS = re.compile(r"(?i)bearer\s+\S+|\bpat-[\w-]+")


class ErrorCategory(StrEnum):
    """Who can help: time, a change of the record, or whoever set the connection up."""

    RETRYABLE = "retryable"
    PERMANENT = "permanent"
    CONFIGURATION = "configuration"


class ApiError(Exception):
    """The CRM did not do what was asked. `message` is fit for the admin."""

    def __init__(
        self,
        message: str,
        *,
        category: ErrorCategory,
        status: int | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.category = category
        self.status = status
        self.body: Mapping[str, Any] = body or {}

    @property
    def is_retryable(self) -> bool:
        """Whether the same request may succeed later, with nobody changing anything."""
        return self.category is ErrorCategory.RETRYABLE


class _Bearer(AuthBase):
    """Sends the token. An auth object, so that a .netrc on the host cannot replace it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _RetryableAnswerError(Exception):
    """An attempt failed in a way that another may not; carries what to say and how long to wait."""

    def __init__(self, error: ApiError, retry_after: float | None = None) -> None:
        super().__init__(error.message)
        self.error = error
        self.retry_after = retry_after


class CrmClient:
    """A JSON client for one CRM account. `service` is the CRM's name in messages."""

    def __init__(
        self,
        *,
        base_url: str,
        token: str,
        service: str,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        budget_seconds: float = BUDGET_SECONDS,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._service = service
        self._sleep = sleep
        self._clock = clock
        self._budget_seconds = budget_seconds
        self._session = requests.Session()
        self._session.auth = _Bearer(token)
        self._session.headers["Accept"] = "application/json"
        self.server_time: datetime | None = None

    def get(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """Return the JSON object at `path`. Raises `ApiError`."""
        return self._request("GET", path, params=params)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Send `body` as JSON and return the answer. Raises `ApiError`."""
        return self._request("POST", path, body=body)

    def patch(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is at `path` and return the answer. Raises `ApiError`."""
        return self._request("PATCH", path, body=body)

    def _request(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        deadline = self._clock() + self._budget_seconds
        pause = SHORTEST_PAUSE
        for attempt in range(1, MAX_ATTEMPTS + 1):
            try:
                return self._attempt(method, path, params, body)
            except _RetryableAnswerError as failure:
                pause = failure.retry_after if failure.retry_after is not None else longer(pause)
                logger.warning(
                    "%s %s failed (attempt %d of %d): %s",
                    method, path, attempt, MAX_ATTEMPTS, failure.error.message,
                )  # fmt: skip
                if attempt == MAX_ATTEMPTS or self._clock() + pause > deadline:
                    raise failure.error from failure
            self._sleep(pause)
        raise AssertionError("the last attempt returns or raises")

    def _attempt(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        body: Mapping[str, Any] | None,
    ) -> dict[str, Any]:
        try:
            with self._session.request(
                method,
                f"{self._base_url}{path}",
                params=params,
                json=body,
                timeout=TIMEOUTS,
                allow_redirects=False,
                stream=True,
            ) as response:
                self._note_server_time(response)
                content = self._read(response)
        except (requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema) as error:
            raise ApiError(
                f"The address {self._base_url} is not a web address.",
                category=ErrorCategory.CONFIGURATION,
            ) from error
        except requests.RequestException as error:
            raise _RetryableAnswerError(self._unreachable(error)) from error
        logger.info("%s %s answered %d", method, path, response.status_code)
        return self._judge(response, content)

    def _judge(self, response: requests.Response, content: bytes) -> dict[str, Any]:
        document = _parse(content)
        if 200 <= response.status_code < 300:
            if document is None:
                message = f"{self._service} sent an answer that breaks off or is not JSON."
                raise _RetryableAnswerError(self._error(message, response, None))
            return document
        error = self._refusal(response, document)
        if error.is_retryable:
            raise _RetryableAnswerError(error, parse_retry_after(response.headers))
        raise error

    def _refusal(self, response: requests.Response, body: dict[str, Any] | None) -> ApiError:
        status = response.status_code
        said = _TOKENS.sub("[token]", str((body or {}).get("message", ""))[:500])
        said = said.replace(self._token, "[token]") if self._token else said
        name = self._service
        if status == 401:
            message = (
                f"{name} does not accept the access token. Make a new one in {name} "
                "and enter it in this connection."
            )
        elif status == 403:
            message = f"The access token may not do this in {name}. {said}".strip()
        elif status == 429:
            message = f"{name} asks us to slow down (429)."
        elif status >= 500:
            message = f"{name} has a problem of its own and answered {status}. {said}".strip()
        elif 300 <= status < 400:
            message = f"{name} answered with a redirect ({status}). Check the connection's address."
        else:
            message = f"{name} refused the request ({status}). {said}".strip()
        return self._error(message, response, body)

    def _error(
        self, message: str, response: requests.Response, body: dict[str, Any] | None
    ) -> ApiError:
        return ApiError(
            message, category=categorise(response.status_code), status=response.status_code,
            body=body,
        )  # fmt: skip

    def _unreachable(self, error: requests.RequestException) -> ApiError:
        host = urlsplit(self._base_url).netloc
        reason = {
            requests.exceptions.SSLError: "its certificate is not valid",
            requests.exceptions.ReadTimeout: f"it did not answer within {TIMEOUTS[1]} seconds",
            requests.exceptions.ConnectTimeout: f"no connection within {TIMEOUTS[0]} seconds",
            requests.exceptions.ChunkedEncodingError: "the answer broke off",
        }.get(type(error), "the connection failed")
        return ApiError(
            f"{self._service} at {host} could not be reached: {reason}.",
            category=ErrorCategory.RETRYABLE,
        )

    def _read(self, response: requests.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        chunks: Iterator[bytes] = response.iter_content(_CHUNK_BYTES)
        for chunk in chunks:
            size += len(chunk)
            if size > MAX_BODY_BYTES:
                raise ApiError(
                    f"{self._service} sent more than {MAX_BODY_BYTES // 2**20} MB in one answer.",
                    category=ErrorCategory.PERMANENT,
                    status=response.status_code,
                )
            parts.append(chunk)
        return b"".join(parts)

    def _note_server_time(self, response: requests.Response) -> None:
        try:
            self.server_time = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return


def categorise(status: int) -> ErrorCategory:
    """Return who can help with an answer of this HTTP status."""
    if status in {408, 423, 425, 429} or status >= 500 or 200 <= status < 300:
        return ErrorCategory.RETRYABLE
    if status in {401, 403} or 300 <= status < 400:
        return ErrorCategory.CONFIGURATION
    return ErrorCategory.PERMANENT


def longer(pause: float) -> float:
    """Return the next pause in seconds: decorrelated jitter (AWS Architecture Blog, 2015)."""
    return min(LONGEST_PAUSE, secrets.SystemRandom().uniform(SHORTEST_PAUSE, pause * 3))


def parse_retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of a Retry-After header (RFC 9110 section 10.2.3), or None.

    A date is read against the same answer's own Date header, so that our clock has no say.
    """
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
        wait = (moment - parsedate_to_datetime(headers.get("Date", ""))).total_seconds()
    except ValueError:
        return None
    return max(0.0, wait)


def _parse(content: bytes) -> dict[str, Any] | None:
    """Return the JSON object, an empty one for an empty body, None where it is neither."""
    if not content:
        return {}
    try:
        document = json.loads(content)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None

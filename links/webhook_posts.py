"""One attempt to deliver a webhook message: the request, and what its answer means."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.core.serializers.json import DjangoJSONEncoder
from requests import Response
from requests.exceptions import RequestException
from urllib3.exceptions import HTTPError

from links.guarded_http import GuardedSession, NoAnswerError
from links.models import WebhookDelivery
from links.webhook_payloads import wire_time
from links.webhook_retries import read_retry_after
from links.webhook_signatures import signed_headers

USER_AGENT = "Textrail-Webhooks/1.0"
_READ_BYTES, _SHOWN_CHARACTERS = 2_000, 500
_BUSY = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint answered. Without `status` there was no answer; `problem` says why."""

    status: int | None = None
    text: str = ""
    problem: str = ""
    retry_after: timedelta | None = None

    @property
    def is_taken(self) -> bool:
        """Whether the endpoint took the message."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the endpoint wants no message ever again."""
        return self.status == 410

    @property
    def is_trouble(self) -> bool:
        """Whether the endpoint itself is unwell, so that other messages would fail as well."""
        return self.status is None or self.status >= 500 or self.status in _BUSY


def message_body(delivery: WebhookDelivery) -> bytes:
    """Return a message as it is sent, the same bytes at every attempt."""
    message = {
        "type": delivery.event_type,
        "timestamp": wire_time(delivery.created_at),
        "data": delivery.payload,
    }
    text = json.dumps(message, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def open_session(allowed_private_hosts: Sequence[str]) -> GuardedSession:
    """Return a session that keeps its connection to an endpoint open between messages."""
    headers = {"User-Agent": USER_AGENT, "Content-Type": "application/json"}
    return GuardedSession(headers=headers, allowed_private_hosts=allowed_private_hosts)


def post_message(
    session: GuardedSession, url: str, *, keys: Sequence[str], message_id: str, body: bytes,
    now: datetime,
) -> Answer:  # fmt: skip
    """Send a message once. Never raises for what the network does."""
    headers = signed_headers(
        keys=keys, message_id=message_id, timestamp=int(now.timestamp()), body=body
    )
    try:
        with session.request("POST", url, data=body, headers=headers) as response:
            return _read(response, url, now)
    except NoAnswerError as error:
        return Answer(problem=str(error))


def _read(response: Response, url: str, now: datetime) -> Answer:
    status, host = response.status_code, urlsplit(url).netloc
    return Answer(
        status=status,
        text=_shown(response),
        problem=_problem(status, host, response.headers),
        retry_after=read_retry_after(response.headers.get("Retry-After", ""), now=now),
    )


def _problem(status: int, host: str, headers: Mapping[str, str]) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        target = headers.get("Location", "nowhere")[:150]
        return f"{host} redirects to {target}. Redirects are not followed: enter that address."
    if status == 410:
        return f"{host} answers 410: it wants no messages any more."
    return f"{host} answers {status} instead of 200."


def _shown(response: Response) -> str:
    """Return the beginning of the answer, from one read: a slow or endless one is cut off."""
    try:
        # read1 unpacks nothing: a tiny answer cannot become a huge one
        start: bytes = response.raw.read1(_READ_BYTES, decode_content=False)
    except (HTTPError, RequestException, OSError, ValueError):
        return ""
    if response.headers.get("Content-Encoding"):
        return ""
    return start.decode("utf-8", "replace").replace("\0", "")[:_SHOWN_CHARACTERS]

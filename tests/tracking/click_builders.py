"""Builders of taps: links in memory, requests, journals and the lines in them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection

from campaigns.public_ids import encode_id, new_id
from links.codes import normalize_code
from links.destinations import prepare
from links.models import Link, RecipientLink
from links.redirect_targets import NO_TERMS, DomainTarget, Target, Terms
from links.resolver import Resolver
from tracking.journal import Journal
from tracking.journal_lines import ANSWERS, TapRecord, format_tap, parse_line
from tracking.models import Click
from tracking.partitions import smallest_id
from tracking.pipeline import ChannelVerdict, LinkFacts, Surroundings, Tap

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)
NOON_US = int(NOW.timestamp()) * 1_000_000
HOST = "go.example.com"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)
SMS_UTM = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "demo-invite-q2"}


def a_target(
    code: str = "k7Qm2Xa", *, destination: str = "https://www.example.com/trial", **terms: Any
) -> Target:
    """Return a link as the redirector sees it."""
    return Target(
        new_id().hex, code, prepare(destination, SMS_UTM), Terms(**terms) if terms else NO_TERMS
    )


def a_domain(**fields: Any) -> DomainTarget:
    """Return a short domain as the redirector sees it."""
    return DomainTarget(**{"domain_id": new_id(), "host": HOST, **fields})


class LinksInMemory(Resolver):
    """One domain and its links, without a database behind them."""

    def __init__(self, *targets: Target, **domain: Any) -> None:
        super().__init__()
        by_code = {target.code: target for target in targets}
        self._domains = {HOST: a_domain(targets=by_code, **domain)}

    def find(self, domain: DomainTarget, code: str) -> Target | None:
        """Return the target of a code in memory; nothing is asked."""
        return self.known(domain, normalize_code(code))


@dataclass
class LinesInMemory:
    """A journal that only remembers; `is_full` makes it refuse like a full disk."""

    lines: list[bytes] = field(default_factory=list)
    is_full: bool = False

    def write(self, line: bytes) -> bool:
        """Remember one line."""
        if not self.is_full:
            self.lines.append(line)
        return not self.is_full

    def taps(self) -> list[TapRecord]:
        """Return the lines as records."""
        records = [parse_line(line.removesuffix(b"\n")) for line in self.lines]
        return [record for record in records if isinstance(record, TapRecord)]


@dataclass
class Answer:
    """What a WSGI application answered."""

    status: str
    header_list: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        """The headers by name."""
        return dict(self.header_list)


def ask(application: Any, path: str = "/k7Qm2Xa", query: str = "", **environ: str) -> Answer:
    """Send one request. `HTTP_HOST` and the like are given as WSGI names them."""
    given = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_HOST": HOST,
        "HTTP_USER_AGENT": IPHONE,
        **environ,
    }
    answers: list[Answer] = []

    def start_response(status: str, headers: list[tuple[str, str]]) -> None:
        answers.append(Answer(status, headers, b""))

    body = b"".join(application(given, start_response))
    answers[0].body = body
    return answers[0]


def a_journal(folder: Path, **options: Any) -> Journal:
    """Return a journal that rotates only when it is told to."""
    given = {"sync_seconds": 60.0, "rotate_bytes": 10**9, "rotate_seconds": 10**9, **options}
    return Journal(folder=folder, **given)


def a_line(link: Link | None = None, **fields: Any) -> bytes:
    """Return a tap's line: an iPhone on that link at noon, unless said otherwise."""
    record = a_record(link_id=link.pk if link else None, code=link.code if link else "x", **fields)
    letter = next(letter for letter, answer in ANSWERS.items() if answer == record.answer)
    return format_tap(
        str(record.occurred_at_us),
        encode_id(record.click_id),
        letter,
        record.method,
        record.link_id.hex if record.link_id else "",
        record.host,
        record.path,
        record.query,
        record.address_hash,
        record.user_agent,
        record.referrer,
        record.purpose,
        record.country,
    )


def a_record(
    *,
    link_id: UUID | None = None,
    code: str = "k7Qm2Xa",
    suffix: str = "",
    seconds: float = 0,
    **fields: Any,
) -> TapRecord:
    """Return a tap so many seconds after noon."""
    given = {
        "occurred_at_us": NOON_US + round(seconds * 1_000_000),
        "click_id": new_id(),
        "answer": "redirected" if link_id else "unknown_code",
        "method": "GET",
        "link_id": link_id,
        "host": HOST,
        "path": f"/{code}{suffix}",
        "query": "",
        "address_hash": "a" * 32,
        "user_agent": IPHONE,
        "referrer": "",
        "purpose": "",
        "country": "",
        **fields,
    }
    return TapRecord(**given)


def a_recipient(link: Link, suffix: str = "abc234", **fields: Any) -> RecipientLink:
    """Return a recipient of a link, with a phone number of their own."""
    phone = f"+1415555{sum(suffix.encode()) % 10000:04d}"
    given = {"phone": phone, "phone_hash": f"hash of {phone} {suffix}", **fields}
    return RecipientLink.objects.create(link=link, suffix=suffix, **given)


def an_id(moment: datetime) -> UUID:
    """Return a fresh id as the redirector would have drawn it then."""
    return UUID(int=smallest_id(moment).int | new_id().int % (1 << 80))


def a_click(**fields: Any) -> Click:
    """Return a stored tap: an iPhone's at noon, on no link, unless said otherwise."""
    given = {
        "occurred_at": NOW,
        "host": HOST,
        "path": "/k7Qm2Xa",
        "method": "GET",
        "address_hash": "a" * 32,
        "user_agent": IPHONE,
        "grade": Click.Grade.LIKELY,
        "reason": "browser",
        **fields,
    }
    return Click.objects.create(**given)


def link_facts(**fields: Any) -> LinkFacts:
    """Return a link of a send, as the pipeline sees it."""
    given = {
        "id": new_id(),
        "code": "k7Qm2Xa",
        "message_id": None,
        "send_id": new_id(),
        "campaign_id": None,
        "send_channel_id": new_id(),
        "live_at_us": None,
        "destination_url": "https://www.example.com/trial",
        "utm": SMS_UTM,
        **fields,
    }
    return LinkFacts(**given)


def surroundings(*links: LinkFacts, **fields: Any) -> Surroundings:
    """Return what the pipeline may ask, with these links in it."""
    given = {"classify": _own_channel, "links": {link.id: link for link in links}, **fields}
    return Surroundings(**given)


def _own_channel(tap: Tap) -> ChannelVerdict:
    assert tap.link is not None
    assert tap.link.send_channel_id is not None
    return ChannelVerdict(tap.link.send_channel_id, None, "test")


def database_url() -> str:
    """Return the address of the tests' own database, for processes that a test starts."""
    values = connection.settings_dict
    user = values["USER"] + (f":{values['PASSWORD']}" if values["PASSWORD"] else "")
    return f"postgres://{user}@{values['HOST']}:{values['PORT']}/{values['NAME']}"


WRITTEN_TABLES = (
    "tracking_pendingchange",
    "tracking_event",
    "tracking_touchpoint",
    "tracking_click",
    "tracking_clicktotal",
    "tracking_tapbreakdown",
    "tracking_orphantotal",
    "tracking_journalcursor",
    "links_link",
    "links_removedlink",
    "links_domain",
    "campaigns_send",
    "campaigns_historicalsend",
    "campaigns_campaign",
    "campaigns_historicalcampaign",
)


@contextmanager
def rows_that_other_processes_see(blocker: Any) -> Iterator[None]:
    """Let a test commit, and remove what it wrote.

    pytest-django's own way empties every table, which the append-only ledger refuses.
    """
    with blocker.unblock():
        _empty_written_tables()
        try:
            yield
        finally:
            _empty_written_tables()
            connection.close()


def _empty_written_tables() -> None:
    with connection.cursor() as cursor:
        for table in WRITTEN_TABLES:
            cursor.execute(f"DELETE FROM {table}")

"""The hot path: what a tap is answered, and what is written before."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaigns.public_ids import decode_id
from links.targets import prepare_targets
from tests.tracking.click_builders import (
    HOST,
    IPHONE,
    LinesInMemory,
    LinksInMemory,
    a_target,
    ask,
)
from tracking.redirector import Redirector
from tracking.visitors import Visitors

NOON_NS = 1_781_524_800 * 10**9
PAST, FUTURE = 1.0, datetime(2100, 1, 1, tzinfo=UTC).timestamp()


@pytest.fixture
def journal() -> LinesInMemory:
    return LinesInMemory()


def redirector(journal: LinesInMemory, links: LinksInMemory | None = None, **options: Any) -> Any:
    given = {"visitors": Visitors(hash_key="a key"), **options}
    return Redirector(
        resolver=LinksInMemory(a_target()) if links is None else links, journal=journal, **given
    )


def test_a_tap_is_sent_to_the_destination_with_every_utm_value(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal))

    address = urlsplit(answer.headers["Location"])
    query = dict(parse_qsl(address.query))
    assert answer.status == "302 Found"
    assert (address.netloc, address.path) == ("www.example.com", "/trial")
    assert query.pop("tr")
    assert query == {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "demo-invite-q2"}


def test_the_answer_carries_exactly_the_headers_of_the_contract(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal))

    names = [name for name, _ in answer.header_list]
    assert names == ["Location", "Cache-Control", "X-Robots-Tag"]
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.body == b""


def test_the_click_id_in_the_address_is_the_one_in_the_journal(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal))

    tr = dict(parse_qsl(urlsplit(answer.headers["Location"]).query))["tr"]
    assert len(tr) == 22
    assert decode_id(tr) == journal.taps()[0].click_id
    assert decode_id(tr).version == 7


def test_the_line_is_written_before_the_visitor_is_answered() -> None:
    events: list[str] = []

    class Journal:
        def write(self, line: bytes) -> bool:
            events.append("written")
            return True

    application = redirector(Journal())  # type: ignore[arg-type]
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": "/k7Qm2Xa", "HTTP_HOST": HOST}
    application(environ, lambda status, headers: events.append("answered"))

    assert events == ["written", "answered"]


def test_a_tap_is_recorded_as_it_came(journal: LinesInMemory) -> None:
    target = a_target()
    links = LinksInMemory(target)

    ask(
        redirector(journal, links),
        query="a=1",
        HTTP_REFERER="https://news.example/",
        HTTP_SEC_PURPOSE="prefetch",
    )

    tap = journal.taps()[0]
    assert (tap.answer, tap.method) == ("redirected", "GET")
    assert tap.link_id is not None
    assert tap.link_id.hex == target.link_id
    assert (tap.host, tap.path, tap.query) == (HOST, "/k7Qm2Xa", "a=1")
    assert (tap.user_agent, tap.referrer) == (IPHONE, "https://news.example/")
    assert tap.purpose == "prefetch"


def test_head_is_answered_like_get_and_recorded_as_head(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal), REQUEST_METHOD="HEAD")

    assert answer.status == "302 Found"
    assert "Location" in answer.headers
    assert journal.taps()[0].method == "HEAD"


def test_the_visitors_own_parameters_are_passed_on(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal), query="coupon=june&utm_source=email")

    query = parse_qsl(urlsplit(answer.headers["Location"]).query)
    assert ("coupon", "june") in query
    assert [value for name, value in query if name == "utm_source"] == ["sms"]


def test_a_recipients_form_of_the_code_leads_to_the_same_place(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal), path="/k7Qm2Xaabc234")

    assert answer.status == "302 Found"
    assert journal.taps()[0].path == "/k7Qm2Xaabc234"


@pytest.mark.parametrize("path", ["/k7Qm2Xa/", "//k7Qm2Xa", "/k7Qm2Xa//"])
def test_slashes_around_a_code_do_not_matter(journal: LinesInMemory, path: str) -> None:
    assert ask(redirector(journal), path=path).status == "302 Found"


@pytest.mark.parametrize("host", ["GO.example.com", "go.example.com:443", "go.example.com."])
def test_the_host_is_found_however_it_is_written(journal: LinesInMemory, host: str) -> None:
    assert ask(redirector(journal), HTTP_HOST=host).status == "302 Found"


def test_an_ampersand_in_place_of_a_question_mark_is_repaired(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal), path="/k7Qm2Xa&coupon=a b", query="x=1")

    assert answer.status == "302 Found"
    assert answer.headers["Location"].endswith("&coupon=a%20b&x=1")
    assert journal.taps()[0].query == "coupon=a%20b&x=1"


def test_an_unknown_code_gets_a_friendly_page_and_is_recorded(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal), path="/nowhere")

    assert answer.status == "404 Not Found"
    assert b"This link leads nowhere" in answer.body
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert journal.taps()[0].answer == "unknown_code"


def test_an_unknown_code_leads_to_the_domains_fallback(journal: LinesInMemory) -> None:
    links = LinksInMemory(fallback_url="https://www.example.com/")

    answer = ask(redirector(journal, links))

    assert (answer.status, answer.headers["Location"]) == ("302 Found", "https://www.example.com/")
    assert journal.taps()[0].answer == "unknown_code"


@pytest.mark.parametrize(
    ("state", "recorded"), [({"is_retired": True}, "retired"), ({"expires_at": PAST}, "expired")]
)
def test_a_link_that_ended_without_fallback_is_gone(
    journal: LinesInMemory, state: dict[str, Any], recorded: str
) -> None:
    answer = ask(redirector(journal, LinksInMemory(a_target(**state))))

    assert answer.status == "410 Gone"
    assert b"This link has ended" in answer.body
    assert journal.taps()[0].answer == recorded


def test_a_link_that_ended_leads_to_its_own_fallback_first(journal: LinesInMemory) -> None:
    ended = a_target(is_retired=True, fallback_url="https://www.example.com/late")
    links = LinksInMemory(ended, fallback_url="https://www.example.com/")

    answer = ask(redirector(journal, links))

    assert answer.headers["Location"] == "https://www.example.com/late"


def test_a_link_that_has_not_started_is_not_found_yet(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal, LinksInMemory(a_target(starts_at=FUTURE))))

    assert answer.status == "404 Not Found"
    assert b"not open yet" in answer.body
    assert journal.taps()[0].answer == "not_started"


def test_a_page_is_not_sent_to_head(journal: LinesInMemory) -> None:
    assert ask(redirector(journal), path="/nowhere", REQUEST_METHOD="HEAD").body == b""


@pytest.mark.parametrize("method", ["POST", "PUT", "OPTIONS", "get"])
def test_other_methods_are_refused_and_not_recorded(journal: LinesInMemory, method: str) -> None:
    answer = ask(redirector(journal), REQUEST_METHOD=method)

    assert answer.status == "405 Method Not Allowed"
    assert answer.headers["Allow"] == "GET, HEAD"
    assert journal.lines == []


@pytest.mark.parametrize("path", ["/", "/robots.txt", "/.well-known/security.txt"])
def test_what_browsers_fetch_by_themselves_is_no_tap(journal: LinesInMemory, path: str) -> None:
    ask(redirector(journal), path=path)

    assert journal.lines == []


@pytest.mark.parametrize("host", ["", "elsewhere.example", "go.example.com,evil.example", "é"])
def test_an_unknown_host_is_recorded_as_one(journal: LinesInMemory, host: str) -> None:
    answer = ask(redirector(journal), HTTP_HOST=host)

    assert answer.status == "404 Not Found"
    assert journal.taps()[0].answer == "unknown_host"


def test_the_visitors_address_is_only_kept_as_a_keyed_hash(journal: LinesInMemory) -> None:
    ask(redirector(journal), REMOTE_ADDR="203.0.113.7")

    assert b"203.0.113.7" not in journal.lines[0]
    assert journal.taps()[0].address_hash == Visitors(hash_key="a key").hash("203.0.113.7")


def test_behind_our_proxy_the_forwarded_address_is_hashed(journal: LinesInMemory) -> None:
    visitors = Visitors(hash_key="a key", trusted_proxies=["10.0.0.0/8"])
    ask(
        redirector(journal, visitors=visitors),
        REMOTE_ADDR="10.1.2.3",
        HTTP_X_FORWARDED_FOR="203.0.113.7",
    )

    assert journal.taps()[0].address_hash == visitors.hash("203.0.113.7")


def test_the_country_is_recorded_where_it_is_known(journal: LinesInMemory) -> None:
    ask(redirector(journal, country_of={"203.0.113.7": "DE"}.__getitem__))
    ask(redirector(journal))

    assert [tap.country for tap in journal.taps()] == ["DE", ""]


APP = "https://apps.example.com/trial"
GERMAN = "https://www.example.com/de"
TARGETS = prepare_targets(
    [
        {"devices": ["ios"], "countries": ["DE"], "destination_url": GERMAN},
        {"devices": ["ios"], "destination_url": APP},
    ],
    {},
    passes_query=True,
)


@pytest.mark.parametrize(
    ("agent", "country", "leads_to"),
    [
        (IPHONE, "DE", GERMAN),
        (IPHONE, "FR", APP),
        (IPHONE, "", APP),
        ("Mozilla/5.0 (Windows NT 10.0)", "DE", "https://www.example.com/trial"),
        ("", "", "https://www.example.com/trial"),
    ],
)
def test_a_target_that_fits_the_visitor_comes_first(
    journal: LinesInMemory, agent: str, country: str, leads_to: str
) -> None:
    links = LinksInMemory(a_target(targets=TARGETS))
    application = redirector(journal, links, country_of=lambda address: country)

    answer = ask(application, query="coupon=june", HTTP_USER_AGENT=agent)

    assert answer.headers["Location"].startswith(f"{leads_to}?")
    assert answer.headers["Location"].endswith("&coupon=june")
    assert journal.taps()[0].answer == "redirected"


def test_without_a_country_file_targets_by_country_lose_no_tap(journal: LinesInMemory) -> None:
    by_country = [{"countries": ["DE"], "destination_url": GERMAN}]
    targets = prepare_targets(by_country, {}, passes_query=True)

    answer = ask(redirector(journal, LinksInMemory(a_target(targets=targets))))

    assert answer.headers["Location"].startswith("https://www.example.com/trial?")
    assert len(journal.taps()) == 1


def test_a_link_whose_limit_is_reached_is_gone(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal, LinksInMemory(a_target(is_limit_reached=True))))

    assert answer.status == "410 Gone"
    assert journal.taps()[0].answer == "limit_reached"


def test_a_link_whose_limit_is_reached_leads_to_its_fallback(journal: LinesInMemory) -> None:
    full = a_target(is_limit_reached=True, fallback_url="https://www.example.com/full")

    answer = ask(redirector(journal, LinksInMemory(full)))

    assert answer.headers["Location"] == "https://www.example.com/full"


def test_a_clock_that_jumps_harms_no_tap(journal: LinesInMemory) -> None:
    moments = iter([NOON_NS, NOON_NS + 10**18, 0, NOON_NS - 10**15, NOON_NS])
    application = redirector(journal, clock=lambda: next(moments))

    answers = [ask(application) for _ in range(5)]

    assert {answer.status for answer in answers} == {"302 Found"}
    assert len({tap.click_id for tap in journal.taps()}) == 5
    assert [tap.occurred_at_us for tap in journal.taps()][:3] == [
        NOON_NS // 1000,
        (NOON_NS + 10**18) // 1000,
        0,
    ]


def test_a_full_disk_still_redirects(journal: LinesInMemory) -> None:
    journal.is_full = True

    assert ask(redirector(journal)).status == "302 Found"


def test_no_line_break_reaches_a_header(journal: LinesInMemory) -> None:
    answer = ask(
        redirector(journal), path="/k7Qm2Xa&a=1\r\nSet-Cookie: x", query="b=2\r\nX-Evil: 1"
    )

    assert answer.status == "302 Found"
    assert not set("\r\n") & set(answer.headers["Location"])


def test_an_endless_path_is_not_found_and_cropped(journal: LinesInMemory) -> None:
    answer = ask(redirector(journal), path="/" + "x" * 60_000)

    assert answer.status == "404 Not Found"
    assert len(journal.lines[0]) < 5000


_bytes_as_text = st.text(st.characters(max_codepoint=255), max_size=60)


@settings(max_examples=300)
@given(
    path=_bytes_as_text,
    query=_bytes_as_text,
    host=st.sampled_from([HOST, "", "\xff", "a,b"]),
    agent=_bytes_as_text,
    referrer=_bytes_as_text,
    forwarded=_bytes_as_text,
)
def test_no_request_raises_or_breaks_a_header_or_a_line(
    path: str, query: str, host: str, agent: str, referrer: str, forwarded: str
) -> None:
    journal = LinesInMemory()
    links = LinksInMemory(a_target(), fallback_url="https://www.example.com/")
    visitors = Visitors(hash_key="a key", trusted_proxies=["203.0.113.7"])
    application = redirector(journal, links, visitors=visitors)

    answer = ask(
        application,
        path=f"/k7Qm2Xa{path}",
        query=query,
        HTTP_HOST=host,
        HTTP_USER_AGENT=agent,
        HTTP_REFERER=referrer,
        HTTP_X_FORWARDED_FOR=forwarded,
    )

    location = answer.headers.get("Location", "")
    assert location.isascii()
    assert location.isprintable()
    assert all(line.count(b"\n") == 1 for line in journal.lines)
    assert len(journal.taps()) == 1
    assert journal.taps()[0].user_agent == _read_back(agent)


def _read_back(text: str) -> str:
    return text.encode("latin-1").decode("utf-8", "replace").replace("\x00", "\ufffd")

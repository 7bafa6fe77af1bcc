"""The checker against a real server: every hop, every refusal."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from links import checker
from links.checker import follow_link
from links.fetched_pages import FetchedPage
from links.page_signs import PageSigns
from links.verdicts import Journey
from tests.links.builders import NOW
from tests.links.web import PAGE, Web, serve

UTM = {"utm_source": "sms", "utm_medium": "text", "utm_campaign": "demo-invite-q2"}
QUERY = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2&tr=ID"


@pytest.fixture
def web() -> Iterator[Web]:
    with serve({"/k7Qm2Xa": (302, f"/page?{QUERY}"), "/page": PAGE}) as server:
        yield server


def follow(web: Web, path: str = "/k7Qm2Xa", device: str = "iphone") -> Journey:
    return follow_link(
        f"{web.url}{path}",
        device=device,
        utm=UTM,
        now=NOW,
        allowed_private_hosts=[web.host, web.other_host],
    )


def codes(journey: Journey) -> list[str]:
    return [problem.code for problem in journey.problems]


def test_a_good_link_arrives_with_every_value(web: Web) -> None:
    journey = follow(web)
    assert journey.is_ok
    assert codes(journey) == []
    assert [hop.status for hop in journey.hops] == [302, 200]
    assert journey.final_url == f"{web.url}/page?{QUERY}"
    assert journey.final_status == 200
    assert all(hop.milliseconds >= 0 for hop in journey.hops)


@pytest.mark.parametrize(
    ("device", "sign"), [("iphone", "iPhone"), ("android", "Android"), ("desktop", "Windows NT")]
)
def test_each_device_has_its_user_agent_and_says_that_it_checks(
    web: Web, device: str, sign: str
) -> None:
    follow(web, device=device)
    for _, headers in web.requests:
        assert sign in headers["User-Agent"]
        assert "TextrailLinkCheck/1.0" in headers["User-Agent"]


def test_the_host_header_keeps_the_port_and_cookies_are_kept(web: Web) -> None:
    follow(web)
    (_, first), (_, second) = web.requests
    assert first["Host"] == web.host
    assert second["Cookie"] == "seen=yes"


def test_values_dropped_at_the_second_hop_are_named_with_the_hop(web: Web) -> None:
    web.pages["/page"] = (301, "/end?utm_source=sms")
    web.pages["/end"] = PAGE
    journey = follow(web)
    assert not journey.is_ok
    message = next(item.message for item in journey.problems if item.code == "utm-dropped")
    assert message.startswith(f"Hop 2 ({web.host}/page to {web.host}/end)")
    assert "drops utm_medium, utm_campaign and tr" in message


def test_a_changed_value_is_shown_with_both_forms(web: Web) -> None:
    web.pages["/page"] = (301, "/end?utm_source=SMS&utm_medium=text&utm_campaign=demo-invite-q2")
    web.pages["/end"] = PAGE
    message = next(item.message for item in follow(web).problems if item.code == "utm-dropped")
    assert "turns utm_source from “sms” into “SMS”" in message


def test_values_lost_and_found_again_are_no_problem(web: Web) -> None:
    web.pages["/page"] = (302, "/consent")
    web.pages["/consent"] = (302, f"/end?{QUERY}")
    web.pages["/end"] = PAGE
    assert codes(follow(web)) == ["extra-redirects"]


def test_a_short_link_that_adds_nothing_is_told_as_hop_1(web: Web) -> None:
    web.pages["/k7Qm2Xa"] = (302, "/page")
    (problem,) = follow(web).problems
    assert problem.message.startswith("Hop 1 (the short link's own redirect")


def test_a_short_link_that_does_not_redirect_is_told(web: Web) -> None:
    web.pages["/k7Qm2Xa"] = PAGE
    assert codes(follow(web)) == ["utm-missing"]


def test_more_than_one_redirect_is_a_warning(web: Web) -> None:
    web.pages["/page"] = (301, "/end?{query}")
    web.pages["/end"] = PAGE
    journey = follow(web)
    assert codes(journey) == ["extra-redirects"]
    assert journey.is_ok


@pytest.mark.parametrize("status", [404, 500, 204 + 200])
def test_a_page_that_is_not_there_is_an_error(web: Web, status: int) -> None:
    web.pages["/page"] = (status, "")
    journey = follow(web)
    assert codes(journey) == ["final-status"]
    assert journey.final_status == status
    assert not journey.is_ok


def test_a_circle_is_found_although_every_pass_has_a_new_click_id(web: Web) -> None:
    web.pages["/page"] = (302, "/k7Qm2Xa?tr=1")
    web.pages["/k7Qm2Xa"] = (302, "/page?tr=2")
    journey = follow(web, "/k7Qm2Xa?tr=0")
    assert codes(journey) == ["loop"]
    assert len(journey.hops) == 2


def test_after_ten_hops_it_gives_up(web: Web) -> None:
    for number in range(20):
        web.pages[f"/{number}"] = (302, f"/{number + 1}")
    journey = follow(web, "/0")
    assert codes(journey) == ["too-many-hops"]
    assert len(journey.hops) == 10


def test_going_from_https_down_to_http_is_refused(web: Web, monkeypatch) -> None:
    answers = {
        "https://www.example.com/a": FetchedPage(
            302, "http://www.example.com/b", "status", PageSigns(), 0, 1
        ),
    }
    monkeypatch.setattr(checker, "fetch_page", lambda session, url: answers[url])
    journey = follow_link("https://www.example.com/a", device="iphone", utm=UTM, now=NOW)
    assert codes(journey) == ["downgrade"]


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ("market://details?id=x", "scheme-not-allowed"),
        ("https://me:pw@www.example.com/", "credentials-in-address"),
    ],
)
def test_a_redirect_to_what_a_browser_would_not_open_is_refused(
    web: Web, target: str, code: str
) -> None:
    web.pages["/k7Qm2Xa"] = (302, target)
    assert codes(follow(web)) == [code]


# Targets


def test_a_target_is_followed_from_where_the_short_link_leads_its_visitors(web: Web) -> None:
    journey = follow_link(
        f"{web.url}/k7Qm2Xa",
        device="android",
        utm=UTM,
        now=NOW,
        destination_url=f"{web.url}/page",
        allowed_private_hosts=[web.host],
    )
    assert codes(journey) == []
    assert [(hop.status, hop.onward) for hop in journey.hops] == [(None, "target"), (200, "")]
    assert [path.partition("?")[0] for path, _ in web.requests] == ["/page"]


# The click id


def test_a_lost_click_id_is_named_with_its_hop(web: Web) -> None:
    web.pages["/page"] = (302, f"/end?{QUERY.removesuffix('&tr=ID')}")
    web.pages["/end"] = PAGE
    journey = follow(web)
    (problem,) = [item for item in journey.problems if item.code == "click-id-dropped"]
    assert problem.message.startswith(f"Hop 2 ({web.host}/page to {web.host}/end) drops tr.")
    assert not journey.is_ok


# Weight and time


def test_a_heavy_page_is_a_warning_and_read_no_further_than_allowed(web: Web) -> None:
    web.pages["/page"] = (200, {}, "x" * 3_000_000)
    journey = follow(web)
    assert codes(journey) == ["heavy"]
    assert "3.0 MB" in journey.problems[0].message


def test_an_answer_that_drips_for_ever_is_cut_off(monkeypatch) -> None:
    monkeypatch.setattr(checker, "MAX_SECONDS", 0.5)
    with dripping() as host:
        journey = follow_link(
            f"http://{host}/", device="iphone", utm=UTM, now=NOW, allowed_private_hosts=[host]
        )
    assert codes(journey) == ["timeout"]


@contextmanager
def dripping() -> Iterator[str]:
    """Serve headers, one letter at a time, until the block ends."""
    is_over = threading.Event()

    def serve_one(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not is_over.wait(0.02):
                connection.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve_one, args=(server,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            is_over.set()
            thread.join()

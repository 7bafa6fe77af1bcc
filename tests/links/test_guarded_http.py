"""Requests to other people's addresses never lead inside, and say why there was no answer."""

import pytest

from links.guarded_http import GuardedSession, NoAnswerError, is_allowed_host
from tests.links.web import PAGE, Web, serve


def test_an_exempt_host_answers_under_its_name_and_port() -> None:
    with serve({"/page": PAGE}) as web, session_for(web) as session:
        assert session.request("GET", f"{web.url}/page").status_code == 200
        (_, headers), *_ = web.requests
        assert (headers["Host"], headers["User-Agent"]) == (web.host, "Test/1.0")


def test_a_private_host_is_not_asked() -> None:
    with serve({"/page": PAGE}) as web, GuardedSession(headers={}) as session:
        with pytest.raises(NoAnswerError, match="private or reserved") as refused:
            session.request("GET", f"{web.url}/page")
        assert refused.value.code == "private-address"
        assert web.requests == []


def test_a_redirect_is_told_and_not_followed() -> None:
    with serve({"/page": (302, "/secret")}) as web, session_for(web) as session:
        response = session.request("GET", f"{web.url}/page")
        assert session.redirect_target(response) == "/secret"
        assert [path for path, _ in web.requests] == ["/page"]


def test_a_host_where_nobody_listens_is_named() -> None:
    with serve() as web:
        session = session_for(web)
    with session, pytest.raises(NoAnswerError, match=rf"{web.host} cannot be reached"):
        session.request("GET", web.url)


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [({"localhost"}, True), ({"localhost:81"}, True), ({"localhost:82"}, False), (set(), False)],
)
def test_a_host_is_exempt_with_any_port_or_with_its_own(allowed: set[str], expected: bool) -> None:
    assert is_allowed_host("http://LocalHost:81/hook", allowed) is expected


def session_for(web: Web) -> GuardedSession:
    return GuardedSession(headers={"User-Agent": "Test/1.0"}, allowed_private_hosts=[web.host])

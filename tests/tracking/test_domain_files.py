"""What a short domain answers besides codes."""

import pytest

from links.redirect_targets import DomainTarget
from tests.tracking.click_builders import Answer, a_domain, ask
from tracking.domain_files import answer_file, is_file


def answer_of(domain: DomainTarget | None, path: str, method: str = "GET") -> Answer:
    def application(environ: dict[str, str], start_response: object) -> object:
        return answer_file(domain, path, method, start_response)  # type: ignore[arg-type]

    return ask(application)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "favicon.ico",
        "robots.txt",
        ".well-known",
        ".well-known/a",
        "apple-touch-icon-120x120.png",
    ],
)
def test_what_is_asked_for_by_itself_is_a_file(path: str) -> None:
    assert is_file(path)


@pytest.mark.parametrize("path", ["k7Qm2Xa", "apple-touch-icon-sale", "favicon.icons", "robots"])
def test_what_may_be_a_code_is_none(path: str) -> None:
    assert not is_file(path)


def test_the_bare_host_leads_to_the_domains_own_page() -> None:
    answer = answer_of(a_domain(root_url="https://www.example.com/", fallback_url="x:"), "")

    assert (answer.status, answer.headers["Location"]) == ("302 Found", "https://www.example.com/")


def test_the_bare_host_leads_to_the_fallback_where_it_has_no_page() -> None:
    answer = answer_of(a_domain(fallback_url="https://www.example.com/late"), "")

    assert answer.headers["Location"] == "https://www.example.com/late"


@pytest.mark.parametrize("path", ["", "favicon.ico", "apple-touch-icon.png", ".well-known"])
def test_what_the_domain_does_not_have_is_not_found(path: str) -> None:
    assert answer_of(a_domain(), path).status == "404 Not Found"


def test_an_unknown_host_has_no_files() -> None:
    assert answer_of(None, "robots.txt").status == "404 Not Found"


def test_the_icon_stands_where_the_domain_says() -> None:
    answer = answer_of(a_domain(icon_url="https://www.example.com/icon.png"), "favicon.ico")

    assert answer.headers["Location"] == "https://www.example.com/icon.png"


def test_by_default_robots_may_fetch_but_nothing_is_listed() -> None:
    answer = answer_of(a_domain(), "robots.txt")

    assert answer.body.endswith(b"User-agent: *\nDisallow:\n")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


def test_a_domains_own_robots_file_comes_first() -> None:
    assert (
        answer_of(a_domain(robots_txt="User-agent: *\n"), "robots.txt").body == b"User-agent: *\n"
    )


def test_a_domain_proves_that_this_installation_serves_it() -> None:
    answer = answer_of(a_domain(verification_token="k7-token"), ".well-known/textrail")

    assert (answer.status, answer.body) == ("200 OK", b"k7-token")
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("security.txt", "Contact: mailto:it@example.com", "text/plain; charset=utf-8"),
        ("assetlinks.json", "[]", "application/json"),
        ("apple-app-site-association", ' {"applinks": {}}', "application/json"),
        ("acme-challenge/abc", "abc.def", "text/plain; charset=utf-8"),
    ],
)
def test_a_well_known_file_is_served_as_what_it_is(name: str, content: str, kind: str) -> None:
    answer = answer_of(a_domain(well_known={name: content}), f".well-known/{name}")

    assert answer.body == content.encode()
    assert answer.headers["Content-Type"] == kind


def test_head_gets_the_headers_alone() -> None:
    assert answer_of(a_domain(), "robots.txt", method="HEAD").body == b""


def test_a_well_known_file_that_is_no_text_is_not_served() -> None:
    assert answer_of(a_domain(well_known={"x": 1}), ".well-known/x").status == "404 Not Found"

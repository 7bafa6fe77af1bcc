"""The few answers a short domain has."""

import pytest

from tests.tracking.click_builders import Answer, ask
from tracking import answers


def said(answer: object) -> Answer:
    return ask(lambda environ, start_response: answer(start_response))  # type: ignore[operator]


def test_a_redirect_is_kept_by_nobody_and_listed_nowhere() -> None:
    answer = said(lambda start: answers.redirect("https://www.example.com/", start))

    assert (answer.status, answer.headers["Location"]) == ("302 Found", "https://www.example.com/")
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex"


@pytest.mark.parametrize(
    ("letter", "status", "words"),
    [
        ("e", "410 Gone", b"has ended"),
        ("x", "410 Gone", b"has ended"),
        ("l", "410 Gone", b"has ended"),
        ("n", "404 Not Found", b"not open yet"),
        ("u", "404 Not Found", b"leads nowhere"),
    ],
)
def test_a_page_says_why_there_is_no_redirect(letter: str, status: str, words: bytes) -> None:
    answer = said(lambda start: answers.explain(letter, "GET", start))

    assert answer.status == status
    assert words in answer.body


def test_head_gets_no_page() -> None:
    assert said(lambda start: answers.explain("u", "HEAD", start)).body == b""


def test_a_refused_method_is_told_the_allowed_ones() -> None:
    answer = said(answers.refuse_method)

    assert (answer.status, answer.headers["Allow"]) == ("405 Method Not Allowed", "GET, HEAD")


def test_a_text_may_be_kept_for_a_while() -> None:
    answer = said(lambda start: answers.send_text("é", "text/plain", "GET", start))

    assert (answer.status, answer.body) == ("200 OK", "é".encode())
    assert answer.headers["Cache-Control"] == "public, max-age=300"

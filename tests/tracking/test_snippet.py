"""The script that websites carry, and the tag that brings it."""

import gzip
import re

import pytest
from django.test import Client

from tracking.models import Source
from tracking.snippet import load_snippet, snippet_tag


def test_the_snippet_is_under_two_kilobytes_gzipped() -> None:
    assert len(gzip.compress(load_snippet().body)) < 2048


def test_the_snippet_works_under_a_strict_content_security_policy() -> None:
    script = load_snippet().body.decode()
    assert not re.search(r"\beval\b|new Function|innerHTML|document\.write|setAttribute", script)


def test_browsers_may_keep_the_snippet_for_an_hour() -> None:
    answer = Client().get("/t.js")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/javascript")
    assert "max-age=3600" in answer["Cache-Control"]
    assert "Set-Cookie" not in answer


def test_an_unchanged_snippet_is_not_sent_again() -> None:
    answer = Client().get("/t.js", headers={"If-None-Match": load_snippet().etag})
    assert answer.status_code == 304


def test_pages_of_other_sites_may_load_the_snippet() -> None:
    assert Client().get("/t.js")["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("method", ["post", "delete"])
def test_the_snippet_is_only_read(method: str) -> None:
    assert getattr(Client(), method)("/t.js").status_code == 405


def test_the_tag_names_the_write_key_and_our_address() -> None:
    tag = snippet_tag(Source(name="Site", write_key="wk_1"), "https://t.example.com/")
    assert tag == (
        '<script async src="https://t.example.com/t.js" data-key="wk_1" data-gpc></script>'
    )

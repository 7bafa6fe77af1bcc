"""The checker on pages that lead on by themselves, or that are not what they seem."""

from collections.abc import Iterator

import pytest

from tests.links.test_checker import QUERY, codes, follow
from tests.links.web import PAGE, Web, serve


@pytest.fixture
def web() -> Iterator[Web]:
    with serve({"/k7Qm2Xa": (302, f"/page?{QUERY}"), "/page": PAGE}) as server:
        yield server


# Pages that lead on by themselves


@pytest.mark.parametrize(
    ("headers", "page"),
    [
        ({}, '<meta http-equiv="refresh" content="0; url=/end?{query}">'),
        ({"Refresh": "1; url=/end?{query}"}, "One moment"),
    ],
)
def test_a_refresh_is_followed_and_warned_of(web: Web, headers, page) -> None:
    headers = {name: value.replace("{query}", QUERY) for name, value in headers.items()}
    web.pages["/page"] = (200, headers, page.replace("{query}", QUERY.replace("&", "&amp;")))
    web.pages["/end"] = PAGE
    journey = follow(web)
    assert [hop.onward for hop in journey.hops] == ["status", "meta", ""]
    assert codes(journey) == ["extra-redirects", "meta-redirect"]


def test_what_a_refresh_drops_is_named(web: Web) -> None:
    web.pages["/page"] = (200, {}, '<meta http-equiv="refresh" content="0; url=/end">')
    web.pages["/end"] = PAGE
    assert "utm-dropped" in codes(follow(web))


def test_a_page_that_loads_itself_anew_is_the_last(web: Web) -> None:
    web.pages["/page"] = (200, {}, '<meta http-equiv="refresh" content="20; url=/page?{q}">')
    web.pages["/page"] = (200, {}, web.pages["/page"][2].replace("{q}", QUERY))
    assert codes(follow(web)) == []


def test_a_script_of_an_otherwise_empty_page_is_followed(web: Web) -> None:
    web.pages["/page"] = (200, {}, f"<script>location.replace('/end?{QUERY}')</script>")
    web.pages["/end"] = PAGE
    journey = follow(web)
    assert [hop.onward for hop in journey.hops] == ["status", "script", ""]
    assert codes(journey) == ["extra-redirects", "script-redirect"]


def test_a_script_of_a_page_with_text_is_told_and_not_followed(web: Web) -> None:
    web.pages["/page"] = (200, {}, f"{'Read this. ' * 40}<script>location.href='/end'</script>")
    journey = follow(web)
    assert codes(journey) == ["script-redirect"]
    assert journey.is_ok
    assert len(journey.hops) == 2


# Pages that are not there although they answer 200


def test_a_page_like_that_of_any_missing_address_is_an_error(web: Web) -> None:
    web.pages["*"] = web.pages["/page"] = (200, {}, "<title>Acme</title><h1>Page not found</h1>")
    journey = follow(web)
    assert codes(journey) == ["soft-404"]
    assert "“Page not found”" in journey.problems[0].message
    assert not journey.is_ok


def test_a_page_about_missing_pages_is_only_a_warning(web: Web) -> None:
    web.pages["/page"] = (200, {}, "<title>Why a page is not found</title>")
    journey = follow(web)
    assert codes(journey) == ["soft-404"]
    assert journey.is_ok


def test_a_page_that_is_sorry_is_taken_at_its_word_unless_others_are_too(web: Web) -> None:
    web.pages["/page"] = (200, {}, "<title>Sorry seems to be the hardest word</title>")
    assert codes(follow(web)) == []
    web.pages["*"] = web.pages["/page"]
    assert codes(follow(web)) == ["soft-404"]

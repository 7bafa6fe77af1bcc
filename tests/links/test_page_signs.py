"""What is read off pages, good and malformed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links.page_signs import Doubt, read_signs, refresh_target

TEXT = "Something to read. " * 20


def test_title_and_heading_are_read_without_their_markup() -> None:
    signs = read_signs("<title>A &amp; B</title><h1 class=x>Try <b>it</b>\n now</h1>")
    assert (signs.title, signs.heading) == ("A & B", "Try it now")


@pytest.mark.parametrize(
    "words",
    [
        "Page not found",
        "This page doesn’t exist",
        "The product is no longer available",
        "Seite nicht gefunden",
        "Page introuvable",
    ],
)
def test_a_page_that_says_it_is_missing_is_strongly_doubted(words: str) -> None:
    assert read_signs(f"<title>Acme</title><h1>{words}</h1>").doubt is Doubt.STRONG


@pytest.mark.parametrize("words", ["404", "Oops!", "Error"])
def test_a_page_in_trouble_is_doubted(words: str) -> None:
    assert read_signs(f"<title>{words}</title>").doubt is Doubt.SOME


@pytest.mark.parametrize("words", ["Start your trial", "Errorless parsing", "Room 4040"])
def test_a_page_like_any_other_is_not_doubted(words: str) -> None:
    assert read_signs(f"<title>{words}</title>").doubt is Doubt.NONE


@pytest.mark.parametrize(
    ("value", "target"),
    [
        ("0; url=/x", "/x"),
        ("5;URL='https://a.example/x'", "https://a.example/x"),
        ("0, /x", "/x"),
        ("31; url=/x", ""),
        ("300", ""),
        ("soon; url=/x", ""),
    ],
)
def test_a_refresh_leads_on_where_it_is_soon_and_names_an_address(value, target) -> None:
    assert refresh_target(value) == target


def test_a_meta_refresh_is_read_with_its_entities() -> None:
    page = "<META content='0;url=/x?a=1&amp;b=2' http-equiv=Refresh>"
    assert read_signs(page).refresh_url == "/x?a=1&b=2"


@pytest.mark.parametrize(
    "page",
    [
        '<noscript><meta http-equiv="refresh" content="0;url=/x"></noscript>',
        '<!-- <meta http-equiv="refresh" content="0;url=/x"> -->',
        '<meta name="refresh" content="0;url=/x">',
    ],
)
def test_a_refresh_that_browsers_do_not_see_is_none(page: str) -> None:
    assert read_signs(page).refresh_url == ""


@pytest.mark.parametrize(
    "script",
    [
        "location = '/x'",
        'window.location.href="/x"',
        "document.location.replace('/x')",
        "top.location.assign( '/x' )",
        "setTimeout(function () { location.href = '\\/x' }, 2000)",
    ],
)
def test_a_script_that_leads_an_empty_page_on_is_found(script: str) -> None:
    signs = read_signs(f"<p>One moment</p><script>{script}</script>")
    assert (signs.script_url, signs.is_bare) == ("/x", True)


@pytest.mark.parametrize(
    "script",
    [
        "if (location.href == '/x') {}",
        "const location = '/x'",
        "my.location = '/x'",
        "relocation = '/x'",
    ],
)
def test_what_only_looks_like_leading_on_is_none(script: str) -> None:
    assert read_signs(f"<script>{script}</script>").script_url == ""


def test_data_for_search_engines_is_no_script() -> None:
    page = '<script type="application/ld+json">location = "/x"</script>'
    assert read_signs(page).script_url == ""


def test_on_a_page_with_text_a_function_that_may_lead_on_is_none() -> None:
    nested = f"{TEXT}<script>function buy() {{ location.href = '/cart' }}</script>"
    assert read_signs(nested).script_url == ""
    assert read_signs(f"{TEXT}<script>location.href = '/cart'</script>").script_url == "/cart"


@given(st.text("<>!-/ab='\"&;metascriphl10 ", max_size=300))
def test_no_page_however_malformed_raises(page: str) -> None:
    read_signs(page)

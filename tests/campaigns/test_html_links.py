"""Links out of pages of HTML."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.html_links import links_in_html


def links(page: str) -> list[str]:
    return [link.url for link in links_in_html(page).links]


@pytest.mark.parametrize(
    "page",
    [
        '<a href="https://a.example/x">Go</a>',
        "<A class=b HREF = 'https://a.example/x' >Go</A>",
        "<a href=https://a.example/x>Go</a>",
        '<map><area href="https://a.example/x"></map>',
        '<form method="post" action="https://a.example/x"></form>',
        '<button formaction="https://a.example/x">',
        '<div data-href="https://a.example/x">',
        '<tr data-url="https://a.example/x">',
        '<svg><a xlink:href="https://a.example/x">',
        '<!--[if mso]><v:roundrect href="https://a.example/x"><![endif]-->',
        '<a href=" https://a.example\n/x ">',
        '<a title="a > b" href="https://a.example/x">',
        '<a href="&#104;ttps://a.example/x">',
        "<p>Go to https://a.example/x!</p>",
        "https://a.example/x",
        '<a href="//a.example/x">',
        '<a href="https://a.example/x">https://shown.example</a>',
        '<a href="https://a.example/x" href="https://ignored.example">',
        '<template><a href="https://a.example/x"></template>',
    ],
)
def test_what_people_tap_is_a_link(page: str) -> None:
    assert links(page) == ["https://a.example/x"]


@pytest.mark.parametrize(
    "page",
    [
        '<link href="https://a.example/x.css">',
        '<img src="https://a.example/x.png">',
        '<base href="https://a.example/">',
        '<!-- <a href="https://a.example"> -->',
        "<script>location = 'https://a.example'</script>",
        "<style>a { background: url(https://a.example) }</style>",
        "<title>https://a.example</title>",
        '<a href="https://a.example',
        "<a>x</a>",
    ],
)
def test_what_nobody_taps_is_none(page: str) -> None:
    assert links(page) == []


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("mailto:me@a.example", "mailto: links"),
        ("TEL:+12025550123", "tel: links"),
        ("javascript:void(0)", "javascript: links"),
        ("#top", "anchors"),
        ("/pricing?utm_source=SMS", "relative links"),
        ("{{ unsubscribe }}", "relative links"),
    ],
)
def test_other_targets_are_counted_by_kind(address: str, kind: str) -> None:
    assert links_in_html(f'<a href="{address}">').left_out == {kind: 1}


def test_entities_are_decoded_as_browsers_do() -> None:
    page = '<a href="https://a.example/?a=1&amp;utm_source=sms&copy=2&#38;b=3&para=4">'

    assert links(page) == ["https://a.example/?a=1&utm_source=sms&copy=2&b=3&para=4"]


def test_each_link_knows_its_line() -> None:
    page = 'x\n<a\n href="https://a.example">\n\nhttps://no.example</a>\nor\nhttps://b.example'

    assert [link.line for link in links_in_html(page).links] == [2, 7]


@given(st.text(alphabet=st.sampled_from("<>/a!-= '\"[]?&;#htps:.\n"), max_size=80))
def test_no_page_raises(page: str) -> None:
    for link in links_in_html(page).links:
        assert link.url


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Z"]), max_size=30))
def test_any_escaped_address_is_found_as_it_was(tail: str) -> None:
    import html

    link = f"https://a.example/{tail}"

    assert links(f'<a href="{html.escape(link)}">') == [link]


@pytest.mark.parametrize("piece", ["<a ", '<a b="', "<!--", "<script>", "&", "https://)", "<a/"])
def test_a_hostile_page_is_read_in_one_pass(piece: str) -> None:
    """At a cost that grew with the square, this would run for minutes."""
    assert len(links(piece * 200_000)) <= 200_000

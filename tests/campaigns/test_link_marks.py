"""Links in pieces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.link_marks import changed, marked


@pytest.mark.parametrize(
    ("url", "wrong", "expected"),
    [
        ("https://a/?utm_source=S&b=1", {"utm_source"}, ["utm_source=S"]),
        ("https://a/?UTM_Source=S", {"utm_source"}, ["UTM_Source=S"]),
        ("https://a/?utm%5Fsource=S#x", {"utm_source"}, ["utm%5Fsource=S"]),
        ("https://a/?utm_source=a b&c=d", {"url"}, ["utm_source=a b"]),
        ("a.example/?b=c", {"url"}, ["a.example/"]),
        ("https://a/?b=1#utm_source=S", {"utm_source"}, ["#utm_source=S"]),
        ("https://a/&utm_source=S?b=1", {"utm_source"}, ["https://a/&utm_source=S"]),
        ("https://a/?utm_source=S", set(), []),
    ],
)
def test_what_is_wrong_is_marked(url: str, wrong: set[str], expected: list[str]) -> None:
    assert [text for text, is_wrong in marked(url, wrong) if is_wrong] == expected


def test_what_a_correction_changed_is_marked() -> None:
    pieces = changed("a.example/?x=1&utm_source=S", "https://a.example/?x=1&utm_source=s")

    assert [text for text, is_new in pieces if is_new] == ["https://a.example/", "utm_source=s"]


def test_a_very_long_link_is_cut() -> None:
    pieces = marked("https://a/" + "x" * 9000, {"url"})

    assert len("".join(text for text, _ in pieces)) == 601
    assert pieces[-1][0].endswith("…")


@given(st.text(max_size=120), st.sets(st.sampled_from(["url", "utm_source", ""])))
def test_the_pieces_are_the_whole_link(url: str, wrong: set[str]) -> None:
    assert "".join(text for text, _ in marked(url, wrong)) == url

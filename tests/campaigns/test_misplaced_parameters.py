"""UTM values outside an address's query."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.misplaced_parameters import Address, take_apart


def placed(address: Address) -> list[str]:
    return [stray.raw for stray in address.strays]


def test_an_address_in_order_is_only_cut() -> None:
    address = take_apart("https://a.example/x;y?b=1;2&&utm_source=sms#utm_top")

    assert address == Address("https://a.example/x;y", ["b=1;2", "utm_source=sms"], "#utm_top", [])


@pytest.mark.parametrize(
    ("url", "strays", "base", "fragment"),
    [
        ("https://a/#utm_source=s", ["utm_source=s"], "https://a/", ""),
        ("https://a/#/b?c=1&utm_source=s&d=2", ["utm_source=s"], "https://a/", "#/b?c=1&d=2"),
        ("https://a/#b?utm_source=s", ["utm_source=s"], "https://a/", "#b"),
        ("https://a/b&utm_source=s&c=1", ["utm_source=s"], "https://a/b", ""),
        ("https://a&utm_source=s", ["utm_source=s"], "https://a", ""),
        ("https://a/?b=1?utm_source=s", ["utm_source=s"], "https://a/", ""),
        ("https://a/?b=1&amp;UTM_Source=s", ["UTM_Source=s"], "https://a/", ""),
        ("https://a/??utm_source=s", ["utm_source=s"], "https://a/", ""),
    ],
)
def test_values_are_taken_from_where_they_do_not_belong(
    url: str, strays: list[str], base: str, fragment: str
) -> None:
    address = take_apart(url)

    assert placed(address) == strays
    assert (address.base, address.fragment) == (base, fragment)


def test_what_follows_a_tag_in_the_path_was_meant_as_a_parameter() -> None:
    address = take_apart("https://a/b&utm_source=s&c=1?d=2")

    assert address.parameters == ["c=1", "d=2"]


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://a/#utm_id=1", "after the “#”"),
        ("https://a/&utm_id=1", "in the path, without a “?” before it"),
        ("https://a/?b?utm_id=1", "after a second “?”"),
        ("https://a/?b;utm_id=1", "after “;” instead of “&”"),
        ("https://a/?b&amp;utm_id=1", "after “&amp;” instead of “&”"),
    ],
)
def test_the_place_is_told_in_words(url: str, place: str) -> None:
    assert take_apart(url).strays[-1].place == place


@given(st.text(alphabet="utm_source=&?#;ampAB/1", max_size=60))
def test_put_together_again_nothing_is_out_of_place(url: str) -> None:
    address = take_apart(url)

    again = "&".join(address.every_parameter)
    assert not placed(take_apart(f"{address.base}?{again}{address.fragment}"))

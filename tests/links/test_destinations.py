"""The merge rules by example, by refusal and by property."""

import string
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from links import destinations
from links.destinations import ascii_address, merge_destination, prepare, repair_path

UTM = {
    "utm_source": "sms",
    "utm_medium": "text",
    "utm_campaign": "demo-invite-q2",
    "utm_content": "version-a",
    "utm_term": "",
}
OURS = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2&utm_content=version-a&tr=ID"


def merge(destination: str, passed: str = "", *, passes_query: bool = True) -> str:
    return merge_destination(
        destination=destination,
        utm=UTM,
        passed_query=passed,
        click_id="ID",
        passes_query=passes_query,
    )


@pytest.mark.parametrize(
    ("destination", "passed", "expected"),
    [
        ("https://a.example/x", "", f"https://a.example/x?{OURS}"),
        ("https://a.example", "", f"https://a.example?{OURS}"),
        ("https://a.example/x?", "", f"https://a.example/x?{OURS}"),
        ("https://a.example/x?a=1", "", f"https://a.example/x?a=1&{OURS}"),
        ("https://a.example/x?a=1#top", "", f"https://a.example/x?a=1&{OURS}#top"),
        ("https://a.example/#/r?a=1#b", "z=1", f"https://a.example/?{OURS}&z=1#/r?a=1#b"),
        ("https://a.example/x?utm_source=fb&a=1", "", f"https://a.example/x?a=1&{OURS}"),
        ("https://a.example/x", "utm_source=fb", f"https://a.example/x?{OURS}"),
        ("https://a.example/x", "UTM_Source=fb", f"https://a.example/x?{OURS}"),
        ("https://a.example/x", "utm%5Fsource=fb&b=2", f"https://a.example/x?{OURS}&b=2"),
        ("https://a.example/x", "utm_term=cfo", f"https://a.example/x?{OURS}&utm_term=cfo"),
        ("https://a.example/x", "utm_id=7", f"https://a.example/x?{OURS}&utm_id=7"),
        ("https://a.example/x?tr=old", "tr=theirs", f"https://a.example/x?{OURS}"),
        ("https://a.example/x?a=1&b=2", "a=9", f"https://a.example/x?b=2&{OURS}&a=9"),
        ("https://a.example/x?a=1&a=2", "c=3&c=4", f"https://a.example/x?a=1&a=2&{OURS}&c=3&c=4"),
        ("https://a.example/x", "q=a%2fb+c%20d", f"https://a.example/x?{OURS}&q=a%2fb+c%20d"),
        ("https://a.example/x", "flag&&b=", f"https://a.example/x?{OURS}&flag&b="),
        ("https://a.example/x", "q=a\r\nb", f"https://a.example/x?{OURS}&q=a%0D%0Ab"),
        ("https://a.example/x", "q=\xff", f"https://a.example/x?{OURS}&q=%FF"),
        ("https://a.example/x", "q=a#b", f"https://a.example/x?{OURS}&q=a%23b"),
        ("https://a.example/é?ü=ö#ß", "", f"https://a.example/%C3%A9?%C3%BC=%C3%B6&{OURS}#%C3%9F"),
        ("https://bücher.example/x", "", f"https://xn--bcher-kva.example/x?{OURS}"),
    ],
)
def test_the_merge_rules(destination: str, passed: str, expected: str) -> None:
    assert merge(destination, passed) == expected


def test_passing_can_be_switched_off() -> None:
    assert merge("https://a.example/?a=1", "a=2&b=3", passes_query=False) == (
        f"https://a.example/?a=1&{OURS}"
    )


def test_a_link_without_utm_values_still_carries_the_click_id() -> None:
    assert prepare("https://a.example/", {}).build("utm_source=fb", "ID") == (
        "https://a.example/?tr=ID&utm_source=fb"
    )


def test_links_with_the_same_values_share_their_parameters() -> None:
    first, second = prepare("https://a.example/x", UTM), prepare("https://a.example/y?z=1", UTM)

    assert first.ours is second.ours


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("https://a.example/x?y=%20#z", "https://a.example/x?y=%20#z"),
        ("https://a.example/é x", "https://a.example/%C3%A9%20x"),
        ("https://bücher.example?ü", "https://xn--bcher-kva.example?%C3%BC"),
        ("https://a.example/\r\nSet-Cookie: x", "https://a.example/%0D%0ASet-Cookie:%20x"),
    ],
)
def test_an_address_is_made_fit_for_a_header(address: str, expected: str) -> None:
    assert ascii_address(address) == expected


@pytest.mark.parametrize(
    ("path", "query", "expected"),
    [
        ("code", "a=1", ("code", "a=1")),
        ("code&utm_source=x", "", ("code", "utm_source=x")),
        ("code&utm_source=x&b=2", "c=3", ("code", "utm_source=x&b=2&c=3")),
        ("code&", "", ("code", "")),
    ],
)
def test_an_ampersand_where_a_question_mark_belongs_is_repaired(
    path: str, query: str, expected: tuple[str, str]
) -> None:
    assert repair_path(path, query) == expected


# A shared machine may be slow: no property may fail for the time it took.
unhurried = settings(suppress_health_check=[HealthCheck.too_slow])
slugs = st.lists(st.text("abyz019", min_size=1, max_size=6), min_size=1, max_size=3).map("-".join)
utms = st.fixed_dictionaries({key: st.just("") | slugs for key in destinations.UTM_KEYS})
junk = st.text(st.characters(max_codepoint=255), max_size=60) | st.text(max_size=60)
keys = st.sampled_from(["a", "b", "utm_source", "UTM_Term", "utm%5fmedium", "tr", "", "%zz", "ü"])
queries = junk | st.lists(
    st.tuples(keys, st.text(string.printable, max_size=8)).map("=".join), max_size=6
).map("&".join)
addresses = st.builds(
    "https://a.example{}{}{}".format,
    st.sampled_from(["", "/", "/x/y", "/é"]),
    st.just("") | queries.map(lambda query: "?" + query.replace("#", "")),
    st.just("") | junk.map(lambda text: "#" + text),
)


@unhurried
@given(addresses, utms, queries)
def test_our_values_arrive_exactly_once(address: str, utm: dict[str, str], query: str) -> None:
    merged = prepare(address, utm).build(query, "ID")
    pairs = destinations.read_pairs(urlsplit(merged).query)
    for key, value in {**utm, "tr": "ID"}.items():
        if value:
            assert [found for name, found in pairs if name.lower() == key] == [value]


@unhurried
@given(addresses, utms, queries)
def test_merging_again_changes_nothing(address: str, utm: dict[str, str], query: str) -> None:
    merged = prepare(address, utm).build(query, "ID")
    assert prepare(merged, utm).build(query, "ID") == merged


@unhurried
@given(addresses, utms, queries)
def test_the_result_may_stand_in_a_header(address: str, utm: dict[str, str], query: str) -> None:
    merged = prepare(address, utm).build(query, "ID")
    assert merged.isascii()
    assert not set(merged) & set(string.whitespace)


@unhurried
@given(addresses, utms, st.lists(st.tuples(slugs, slugs).map("=".join), min_size=1, max_size=6))
def test_the_visitors_parameters_are_kept_as_they_came(
    address: str, utm: dict[str, str], passed: list[str]
) -> None:
    passed = [pair for pair in passed if not pair.startswith("tr=")]
    merged = prepare(address, utm).build("&".join(passed), "ID")
    query = merged.partition("#")[0].partition("?")[2]
    assert query.split("&")[len(query.split("&")) - len(passed) :] == passed


@unhurried
@given(addresses, utms, queries)
def test_the_fragment_stays_last(address: str, utm: dict[str, str], query: str) -> None:
    with_fragment = address.partition("#")[0] + "#end"
    assert prepare(with_fragment, utm).build(query, "ID").endswith("#end")

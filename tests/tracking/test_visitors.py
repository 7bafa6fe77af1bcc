"""Whose address counts, and that only its hash is kept."""

import pytest

from tracking.visitors import Visitors

VISITOR, PROXY = "203.0.113.7", "10.1.2.3"
PROXIES = ["10.0.0.0/8", "192.0.2.1", "2001:db8:f::/48"]


def address(remote: str, forwarded: str = "", proxies: list[str] = PROXIES) -> str:
    visitors = Visitors(hash_key="a key", trusted_proxies=proxies)
    return visitors.address({"REMOTE_ADDR": remote, "HTTP_X_FORWARDED_FOR": forwarded})


def hashed(text: str, key: str = "a key") -> str:
    return Visitors(hash_key=key).hash(text)


def test_a_visitor_without_a_proxy_is_known_by_the_connection() -> None:
    assert address(VISITOR) == VISITOR


def test_a_strangers_forwarded_address_does_not_count() -> None:
    assert address(VISITOR, "198.51.100.1") == VISITOR
    assert address(VISITOR, "198.51.100.1", proxies=[]) == VISITOR


def test_our_proxys_forwarded_address_counts() -> None:
    assert address(PROXY, VISITOR) == VISITOR
    assert address("2001:db8:f::1", VISITOR) == VISITOR


@pytest.mark.parametrize(
    "forwarded",
    [
        "198.51.100.1, 203.0.113.7, 192.0.2.1",
        "198.51.100.1,203.0.113.7,10.9.9.9,192.0.2.1",
        "garbage,203.0.113.7",
    ],
)
def test_only_the_nearest_stranger_in_the_chain_counts(forwarded: str) -> None:
    assert address(PROXY, forwarded) == VISITOR


@pytest.mark.parametrize(
    ("hop", "plain"),
    [
        ("203.0.113.7:4711", VISITOR),
        ("2001:DB8:0:0:0:0:0:7", "2001:db8::7"),
        ("[2001:db8::7]:443", "2001:db8::7"),
        ("[2001:db8::7]", "2001:db8::7"),
        ('"[2001:db8::7]:443"', "2001:db8::7"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:203.0.113.7", VISITOR),
    ],
)
def test_a_forwarded_address_is_read_in_every_form(hop: str, plain: str) -> None:
    assert address(PROXY, hop) == plain


@pytest.mark.parametrize("hop", ["unknown", "_hidden", "1.2.3", "x" * 100_000, "\xff", "[", ":"])
def test_what_is_no_address_is_nobodys(hop: str) -> None:
    assert address(PROXY, hop) == ""


def test_a_proxy_that_forwards_nobody_is_itself_the_visitor() -> None:
    assert address(PROXY) == PROXY


def test_a_chain_of_proxies_alone_began_at_the_farthest() -> None:
    assert address(PROXY, "10.7.7.7, 10.8.8.8") == "10.7.7.7"


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1", ""])
def test_a_proxy_on_this_machine_is_nobodys_address(remote: str) -> None:
    assert address(remote, VISITOR) == ""


def test_a_trusted_proxy_on_this_machine_tells_the_visitors() -> None:
    assert address("127.0.0.1", VISITOR, proxies=["127.0.0.1"]) == VISITOR


def test_an_address_is_only_kept_as_a_keyed_hash() -> None:
    assert len(hashed(VISITOR)) == 32
    assert hashed(VISITOR) == hashed(VISITOR) != hashed("203.0.113.8")
    assert hashed(VISITOR) != hashed(VISITOR, key="another")


def test_a_phone_that_changes_its_address_within_its_network_stays_the_same() -> None:
    assert hashed("2001:db8:1:2:3::4") == hashed("2001:db8:1:2:aaaa::9")
    assert hashed("2001:db8:1:2:3::4") != hashed("2001:db8:1:3:3::4")


def test_nobodys_address_has_no_hash() -> None:
    assert hashed("") == ""

"""Host names as people type them and as they are stored."""

import pytest

from links.hosts import HostNotAllowedError, check_host, plain_host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Go.Example.com", "go.example.com"),
        (" https://go.example.com/ ", "go.example.com"),
        ("go.example.com:443", "go.example.com"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("localhost", "localhost"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("bücher.example:8000", "xn--bcher-kva.example:8000"),
        ("[::1]:8000", "[::1]:8000"),
        ("http://[2001:DB8:0:0::7]/", "[2001:db8::7]"),
    ],
)
def test_a_host_is_stored_plainly(text: str, host: str) -> None:
    assert check_host(text) == host


@pytest.mark.parametrize(
    "text",
    [
        "",
        "go example.com",
        "go.example.com/x",
        "-a.example",
        "a..b",
        "me@a.example",
        "a:b",
        "[::1",
        "[1.2.3.4]",
        "::1",
        "[:::]",
    ],
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(HostNotAllowedError):
        check_host(text)


@pytest.mark.parametrize(
    ("host", "plain"),
    [
        ("GO.example.com.", "go.example.com"),
        ("go.example.com:80", "go.example.com"),
        ("b\xc3\xbccher.example", "xn--bcher-kva.example"),
        ("[0:0::1]:443", "[::1]"),
        ("[::1]:8000", "[::1]:8000"),
        ("[nonsense", "[nonsense"),
        ("\xff..", "\xff."),
        ("", ""),
    ],
)
def test_a_host_header_is_read_in_every_form(host: str, plain: str) -> None:
    assert plain_host(host) == plain

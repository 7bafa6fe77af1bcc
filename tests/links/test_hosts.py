"""Host names as people type them and as they are stored."""

import pytest

from links.hosts import HostNotAllowedError, check_host


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("Go.Example.com", "go.example.com"),
        (" https://go.example.com/ ", "go.example.com"),
        ("go.example.com:443", "go.example.com"),
        ("127.0.0.1:8000", "127.0.0.1:8000"),
        ("localhost", "localhost"),
        ("bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_a_host_is_stored_plainly(text: str, host: str) -> None:
    assert check_host(text) == host


@pytest.mark.parametrize(
    "text", ["", "go example.com", "go.example.com/x", "-a.example", "a..b", "me@a.example", "a:b"]
)
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(HostNotAllowedError):
        check_host(text)

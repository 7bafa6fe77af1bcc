"""Host names of short domains, in the one form in which they are stored and looked up. Pure."""

import contextlib
import re
from ipaddress import IPv6Address

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_PORT = re.compile(r":[0-9]{1,5}$")
_IPV6 = re.compile(r"\[([0-9a-f:.]+)\](:[0-9]{1,5})?")
_LONGEST = 255


class HostNotAllowedError(ValueError):
    """The text is no host name that can serve short links."""


def plain_host(host: str) -> str:
    """Return a host in lower case without a default port or a final dot, IDN as punycode.

    Whatever cannot be a host comes back as it is: nothing is found under it.
    """
    if not host.isascii():
        host = _punycode(host)
    host = host.lower().removesuffix(":443").removesuffix(":80")
    if host.startswith("["):
        return _ipv6(host) or host
    return host.removesuffix(".")


def check_host(text: str) -> str:
    """Return a host somebody typed, in its stored form; `https://…/` around it is taken off.

    Raises:
        HostNotAllowedError: neither a host name nor an IPv6 address in brackets, with or
            without a port.
    """
    bare = re.sub(r"^https?://", "", text.strip(), flags=re.IGNORECASE).rstrip("/")
    host = plain_host(bare)
    labels = _PORT.sub("", host).split(".")
    is_name = all(_LABEL.fullmatch(label) for label in labels) and len(host) <= _LONGEST
    if not is_name and not _ipv6(host):
        raise HostNotAllowedError(f"“{text}” is not a host name such as go.example.com.")
    return host


def _punycode(host: str) -> str:
    """Read what may be UTF-8 handed over byte by byte (PEP 3333), and encode it (IDNA)."""
    with contextlib.suppress(UnicodeError):  # else it was text already
        host = host.encode("latin-1").decode("utf-8")
    name, colon, port = host.partition(":")
    try:
        return f"{name.encode('idna').decode('ascii')}{colon}{port}"
    except UnicodeError:
        return host


def _ipv6(host: str) -> str:
    """Return an IPv6 address in brackets in its shortest form; an empty text if it is none."""
    found = _IPV6.fullmatch(host)
    with contextlib.suppress(ValueError):
        if found is not None:
            return f"[{IPv6Address(found[1]).compressed}]{found[2] or ''}"
    return ""

"""Host names of short domains, in the one form in which they are stored and looked up. Pure."""

import re

_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_PORT = re.compile(r":[0-9]{1,5}$")


class HostNotAllowedError(ValueError):
    """The text is no host name that can serve short links."""


def plain_host(host: str) -> str:
    """Return a host in lower case without a default port or a final dot."""
    host = host.lower().removesuffix(":443").removesuffix(":80")
    return host.removesuffix(".")


def check_host(text: str) -> str:
    """Return a host somebody typed, in its stored form; `https://…/` around it is taken off.

    Raises:
        HostNotAllowedError: not a host name, optionally with a port.
    """
    bare = re.sub(r"^https?://", "", text.strip(), flags=re.IGNORECASE).rstrip("/")
    host = plain_host(bare)
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError as error:
            raise HostNotAllowedError(f"“{text}” is not a host name.") from error
    labels = _PORT.sub("", host).split(".")
    if not all(_LABEL.fullmatch(label) for label in labels) or len(host) > 255:
        raise HostNotAllowedError(f"“{text}” is not a host name such as go.example.com.")
    return host

"""What the public DNS says of a host. Every question is given up after a few seconds."""

import contextlib
from functools import cache
from typing import Any

import dns.exception
import dns.resolver

_SECONDS = 5.0


class NoDnsAnswerError(Exception):
    """No name server answered; that says nothing about the record."""


def texts_of(name: str) -> list[str]:
    """Return the TXT records of a name, each as one text; none where the name does not exist.

    Raises:
        NoDnsAnswerError: no name server answered in time.
    """
    return [b"".join(record.strings).decode("utf-8", "replace") for record in _records(name, "TXT")]


def addresses_of(host: str) -> list[str]:
    """Return the addresses a host leads to, aliases followed.

    Raises:
        NoDnsAnswerError: no name server answered in time.
    """
    return [str(record) for kind in ("A", "AAAA") for record in _records(host, kind)]


def _records(name: str, kind: str) -> list[Any]:
    try:
        return list(_resolver().resolve(name, kind, lifetime=_SECONDS))
    except (
        dns.resolver.NXDOMAIN,
        dns.resolver.NoAnswer,
        dns.name.LabelTooLong,
        dns.name.EmptyLabel,
    ):
        return []
    except dns.exception.DNSException as error:
        raise NoDnsAnswerError(f"No name server answered for {name}.") from error


@cache
def _resolver() -> dns.resolver.Resolver:
    """Return a resolver without a memory: whoever has just added a record wants to see it."""
    resolver = dns.resolver.Resolver(configure=False)
    with contextlib.suppress(dns.resolver.NoResolverConfiguration):
        resolver.read_resolv_conf("/etc/resolv.conf")
    return resolver

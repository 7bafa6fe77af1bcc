"""Where a visitor comes from: the address that may be believed, its keyed hash. Pure."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

_LOOPBACK = ("127.", "::1")
"""A visitor is never there: it is a proxy that TRUSTED_PROXIES does not name, or a test."""
_LONGEST_HOP = 60


class Visitors:
    """Tells visitors' addresses apart without keeping them.

    `trusted_proxies` are addresses or networks whose X-Forwarded-For counts.
    """

    def __init__(self, *, hash_key: str, trusted_proxies: Sequence[str] = ()) -> None:
        # Keyed BLAKE2b (RFC 7693) is a MAC like HMAC-SHA256, at a fifth of its cost here.
        key = blake2b(hash_key.encode()).digest()
        self._mac = blake2b(key=key, digest_size=16, person=b"address")
        self._is_trusted = _trust_in(trusted_proxies)

    def address(self, environ: Mapping[str, Any]) -> str:
        """Return a visitor's address; an empty text where nobody knows it."""
        address: str = environ.get("REMOTE_ADDR", "")
        if ":" in address:
            address = _plain(address)
        if self._is_trusted(address):
            address = self._forwarded(environ.get("HTTP_X_FORWARDED_FOR", ""), address)
        return "" if address.startswith(_LOOPBACK) else address

    def hash(self, address: str) -> str:
        """Return 32 hexadecimal digits for an address, of IPv6 for its network (/64); or nothing."""
        if not address:
            return ""
        if ":" in address:
            address = _network(address)
        mac = self._mac.copy()
        mac.update(address.encode())
        return mac.hexdigest()

    def _forwarded(self, header: str, proxy: str) -> str:
        """Return the nearest address that is no proxy of ours: what stands before it may be made up."""
        nearest = proxy
        for hop in reversed(header.split(",")) if header else ():
            nearest = _plain(hop)
            if not self._is_trusted(nearest):
                break
        return nearest


def _trust_in(proxies: Sequence[str]) -> Callable[[str], bool]:
    networks: list[IPv4Network | IPv6Network] = [ip_network(proxy.strip()) for proxy in proxies]
    if not networks:
        return lambda _: False

    @lru_cache(maxsize=4096)
    def is_trusted(address: str) -> bool:
        try:
            parsed = ip_address(address)
        except ValueError:
            return False
        return any(parsed in network for network in networks)

    return is_trusted


def _plain(hop: str) -> str:
    """Return an address without port, brackets and zone, IPv4 as such; empty for anything else."""
    hop = hop.strip().strip('"')[:_LONGEST_HOP]
    if hop.startswith("["):
        hop = hop[1:].partition("]")[0]
    elif hop.count(":") == 1:
        hop = hop.partition(":")[0]
    try:
        parsed = ip_address(hop.partition("%")[0])
    except ValueError:
        return ""
    mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
    return str(mapped or parsed)


def _network(address: str) -> str:
    """Return the /64 of an IPv6 address: within it a phone changes its address every day."""
    return str(IPv6Address(int(IPv6Address(address)) >> 64 << 64))

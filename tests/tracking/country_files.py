"""A writer of small country files in MaxMind's format (MaxMind DB 2.0), for tests."""

from ipaddress import ip_network
from pathlib import Path
from typing import Any

_SEPARATOR = bytes(16)
_MARKER = b"\xab\xcd\xefMaxMind.com"


def write_country_file(path: Path, networks: dict[str, Any]) -> Path:
    """Write a file that knows these networks, each with its record."""
    tree: list[list[Any]] = [[None, None]]
    for text, record in networks.items():
        _insert(tree, text, record)
    data, offsets = b"", {}
    for text, record in networks.items():
        offsets[text] = len(data)
        data += _encoded(record)
    nodes = b"".join(_node(pair, len(tree), offsets) for pair in tree)
    path.write_bytes(nodes + _SEPARATOR + data + _MARKER + _encoded(_metadata(len(tree))))
    return path


def _insert(tree: list[list[Any]], text: str, record: Any) -> None:
    network = ip_network(text)
    length = network.prefixlen + (96 if network.version == 4 else 0)
    address, node = int(network.network_address), 0
    for depth in range(length):
        bit = address >> (127 - depth) & 1
        if depth == length - 1:
            tree[node][bit] = text
        elif tree[node][bit] is None:
            tree.append([None, None])
            tree[node][bit] = len(tree) - 1
        node = tree[node][bit] if depth < length - 1 else node


def _node(pair: list[Any], count: int, offsets: dict[str, int]) -> bytes:
    return b"".join(_pointer(entry, count, offsets).to_bytes(4, "big") for entry in pair)


def _pointer(entry: Any, count: int, offsets: dict[str, int]) -> int:
    if entry is None:
        return count
    return offsets[entry] + count + len(_SEPARATOR) if isinstance(entry, str) else int(entry)


def _metadata(node_count: int) -> dict[str, Any]:
    return {
        "node_count": node_count,
        "record_size": 32,
        "ip_version": 6,
        "database_type": "Test-Country",
        "languages": ["en"],
        "binary_format_major_version": 2,
        "binary_format_minor_version": 0,
        "build_epoch": 1_781_524_800,
        "description": {"en": "for tests"},
    }


_INTEGERS = {"node_count": (6, 4), "build_epoch": (9, 8)}
"""The type and the bytes of a number; all others have two bytes and type 5."""


def _encoded(value: Any, name: str = "") -> bytes:
    """Return a map, a list, a text or a number as the format writes them, all shorter than 29."""
    if isinstance(value, dict):
        pairs = (_encoded(key) + _encoded(part, key) for key, part in value.items())
        return _control(7, len(value)) + b"".join(pairs)
    if isinstance(value, list):
        return _control(11, len(value)) + b"".join(map(_encoded, value))
    if isinstance(value, str):
        raw = value.encode()
        return _control(2, len(raw)) + raw
    kind, size = _INTEGERS.get(name, (5, 2))
    return _control(kind, size) + int(value).to_bytes(size, "big")


def _control(kind: int, size: int) -> bytes:
    return bytes([kind << 5 | size]) if kind < 8 else bytes([size, kind - 7])

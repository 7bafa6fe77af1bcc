"""What kind of site a referrer or a `utm_source` is: search, social, shopping, … Pure.

The table is `data/sources.csv`; its first lines say where the facts come from.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

INTERMEDIARIES: Final = frozenset(
    {
        "auth_intermediary",
        "payment_intermediary",
        "scheduler_intermediary",
        "link_safety_wrapper",
    }
)
"""Hosts that visitors only pass through: as a referrer they say nothing about the origin."""

_FILE: Final = Path(__file__).parent / "data" / "sources.csv"
_COUNTRY: Final = r"[a-z]{2,3}(?:\.[a-z]{2,3})?"


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The rows of the file, each kind in the form in which it is looked up."""

    domains: dict[str, str]
    names: dict[str, str]
    ga4: dict[str, str]
    paths: tuple[tuple[str, str], ...]
    patterns: tuple[tuple[re.Pattern[str], str], ...]


@lru_cache(maxsize=1)
def source_table() -> SourceTable:
    """Return the table, read once."""
    with _FILE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    by_kind: dict[str, dict[str, str]] = {"domain": {}, "name": {}, "path": {}, "pattern": {}}
    for row in rows:
        by_kind[row["kind"]][row["key"]] = row["category"]
    return SourceTable(
        domains=by_kind["domain"],
        names=by_kind["name"],
        ga4={row["key"]: row["ga4"] for row in rows if row["ga4"]},
        paths=tuple(by_kind["path"].items()),
        patterns=tuple((_pattern(key), value) for key, value in by_kind["pattern"].items()),
    )


def _pattern(key: str) -> re.Pattern[str]:
    return re.compile(re.escape(key).replace(r"\{\}", _COUNTRY) + ("$" if "/" not in key else ""))


def host_of(url: str) -> str:
    """Return the lower-case host of an address without `www.`, or an empty string."""
    try:
        host = urlsplit(url if "//" in url else f"//{url}").hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def category_of_referrer(url: str) -> str:
    """Return the category of a referrer's address, or an empty string."""
    host = host_of(url)
    if not host:
        return ""
    return _category(host, _path_of(url))


def _path_of(url: str) -> str:
    return urlsplit(url if "//" in url else f"//{url}").path


@lru_cache(maxsize=4096)
def _category(host: str, path: str) -> str:
    table = source_table()
    address = host + path
    for key, category in table.paths:
        if address.startswith(key):
            return category
    for name in (f"www.{host}", *_parents(host)):
        if name in table.domains:
            return table.domains[name]
    for pattern, category in table.patterns:
        if pattern.match(address if "/" in pattern.pattern else host):
            return category
    return ""


def _parents(host: str) -> Iterator[str]:
    """Yield the host and the domains above it, down to two labels."""
    labels = host.split(".")
    for start in range(max(len(labels) - 1, 1)):
        yield ".".join(labels[start:])


def category_of_source(source: str) -> str:
    """Return the category of a `utm_source`: a name such as `google` or a host."""
    name = source.strip().casefold()
    table = source_table()
    return table.names.get(name) or (category_of_referrer(name) if "." in name else "")


def ga4_category_of_source(source: str) -> str:
    """Return the category in GA4's own list, which matches the whole source."""
    return source_table().ga4.get(source.strip().casefold(), "")

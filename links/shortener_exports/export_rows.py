"""What the readers of exports have in common. Pure."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from campaigns.import_rows import RawRow

PROTECTED = (
    "It is protected by a password, which a short link here cannot have: "
    "without it everybody could open the page."
)
_NOTHING = frozenset({"", "false", "0", "no", "null", "none"})


@dataclass(frozen=True, slots=True)
class ExportReader:
    """One shortener's export: by which columns it is known, which are read, and how.

    `read` turns a row of it into a row of `links.link_import`. `notes` say what does not come
    along.
    """

    name: str
    label: str
    signs: tuple[frozenset[str], ...]
    columns: tuple[str, ...]
    read: Callable[[RawRow], dict[str, str]]
    notes: tuple[str, ...] = ()

    def knows(self, names: Collection[str]) -> bool:
        """Say whether a header is this shortener's."""
        return any(sign.issubset(names) for sign in self.signs)


def first_of(row: RawRow, *names: str) -> str:
    """Return the first filled of some cells; what stands for nothing is nothing."""
    for name in names:
        text = row.get(name, "").strip()
        if text.lower() not in {"null", "none", ""}:
            return text
    return ""


def split_address(address: str) -> tuple[str, str]:
    """Return host and code of a short address, with or without its scheme."""
    host, _, path = address.strip().split("://", 1)[-1].partition("/")
    return host.lower(), path.split("?", 1)[0].split("#", 1)[0].strip("/")


def is_set(row: RawRow, name: str) -> bool:
    """Say whether a cell says yes, or holds something."""
    return row.get(name, "").strip().lower() not in _NOTHING


def filled(row: Mapping[str, str]) -> dict[str, str]:
    """Return the cells that say something."""
    return {name: text for name, text in row.items() if text}

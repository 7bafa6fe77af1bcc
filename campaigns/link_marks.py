"""A link cut into pieces, with those marked that are wrong, or that a correction changed. Pure."""

import re
from collections.abc import Callable, Collection, Iterator
from urllib.parse import unquote_plus

Piece = tuple[str, bool]
_LONGEST_SHOWN = 600
_STARTS_WELL = re.compile(r"https?://", re.IGNORECASE)
_BLANK = re.compile(r"\s")


def marked(url: str, wrong: Collection[str]) -> list[Piece]:
    """Return the link in pieces, those of the wrong fields marked; `url` is the address itself."""

    def is_wrong(piece: str, *, is_base: bool) -> bool:
        if is_base and "url" in wrong and not _STARTS_WELL.match(piece):
            return True
        if not is_base and "url" in wrong and _BLANK.search(piece):
            return True
        return any(f"{name}=" in unquote_plus(piece).lower() for name in wrong)

    return _joined(_cut(url, is_wrong))


def changed(old: str, new: str) -> list[Piece]:
    """Return the corrected link in pieces, those marked that the old one had not."""
    known = {piece for piece, _ in _cut(old, lambda piece, is_base: False)}
    return _joined(_cut(new, lambda piece, is_base: piece not in known))


def _cut(url: str, judge: Callable[..., bool]) -> Iterator[Piece]:
    address, mark, fragment = url[:_LONGEST_SHOWN].partition("#")
    base, question, query = address.partition("?")
    yield base, judge(base, is_base=True)
    for number, piece in enumerate(query.split("&") if question else []):
        yield ("&" if number else question), False
        yield piece, judge(piece, is_base=False)
    if mark:
        yield mark + fragment, judge(mark + fragment, is_base=False)
    if len(url) > _LONGEST_SHOWN:
        yield "…", False


def _joined(pieces: Iterator[Piece]) -> list[Piece]:
    """Put neighbours of one kind together."""
    joined: list[Piece] = []
    for text, is_marked in pieces:
        if joined and joined[-1][1] == is_marked:
            joined[-1] = (joined[-1][0] + text, is_marked)
        elif text:
            joined.append((text, is_marked))
    return joined

"""Find the links in a page of HTML, such as the source of a newsletter. Pure, one pass.

A link is where a tap leads: the address of any element but those that only load something,
the target of a form, `data-href` and `data-url` for scripts, and addresses written as text.
What leads to no web page (mailto, tel, anchors) and what is relative is counted, not judged.
Conditional comments for Outlook are read as what they hold: their links are tapped too.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

from campaigns.link_extraction import Found, FoundLink, links_in_text

_TAG: Final = re.compile(r"<!--|</?[a-zA-Z][^\s/>]*")
_ATTRIBUTE: Final = re.compile(
    r"""[\s/]*+(?:(?P<end>>)|(?P<name>[^\s/>][^\s/>=]*+)"""
    r"""(?:\s*+=\s*+(?:"(?P<double>[^"]*+)"|'(?P<single>[^']*+)'|(?P<bare>[^\s>"'][^\s>]*+)))?)"""
)
_ENTITY: Final = re.compile(r"&(?:#\d{1,7};?|#[xX][0-9a-fA-F]{1,6};?|[A-Za-z][A-Za-z0-9]{1,31};)")
_SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_NOT_TAPPED: Final = frozenset({"base", "image", "link", "script", "style", "use"})
_UNSHOWN: Final = frozenset({"script", "style", "title", "textarea"})
_TAPPED: Final = frozenset({"href", "xlink:href", "action", "formaction", "data-href", "data-url"})


def links_in_html(page: str) -> Found:
    """Return the links of a page with their lines, and what was left out."""
    found = Found()
    place = _Lines(page)
    in_anchor = False
    for start, name, attributes, text in _pieces(page):
        if text and not in_anchor:
            _add_shown(text, place.line_of(start), found)
        if name == "a":
            in_anchor = "href" in attributes
        elif name == "/a":
            in_anchor = False
        if name in _NOT_TAPPED or name.startswith("/"):
            continue
        for attribute in _TAPPED & attributes.keys():
            _add(attributes[attribute], place.line_of(start), found)
    return found


class _Lines:
    """Tells in which line a character stands, asked from the beginning to the end."""

    def __init__(self, page: str) -> None:
        self._page, self._at, self._line = page, 0, 1

    def line_of(self, position: int) -> int:
        """Return the line's number, counted from 1."""
        self._line += self._page.count("\n", self._at, position)
        self._at = position
        return self._line


def _add(value: str, line: int, found: Found) -> None:
    # Browsers drop the line breaks that editors put into addresses
    link = re.sub(r"[\t\r\n]", "", _decoded(value)).strip()
    scheme = _SCHEME.match(link)
    if link.startswith("//"):
        link = f"https:{link}"
    elif scheme is None or scheme[1].lower() not in {"http", "https"}:
        found.left_out[_kind(link, scheme)] += 1
        return
    found.links.append(FoundLink(link, f"line {line}", line))


def _kind(link: str, scheme: re.Match[str] | None) -> str:
    if scheme is not None:
        return f"{scheme[1].lower()[:20]}: links"
    return "anchors" if link.startswith("#") else "relative links"


def _add_shown(text: str, line: int, found: Found) -> None:
    """Add the addresses that stand in the page's text."""
    if "http" not in text and "www." not in text:
        return
    for link in links_in_text(_decoded(text)).links:
        number = line + link.line - 1
        found.links.append(FoundLink(link.url, f"line {number}", number))


def _decoded(text: str) -> str:
    """Decode entities as browsers do in addresses: `&copy=1` is no ©, `&amp;` is an `&`."""
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _pieces(page: str) -> Iterator[tuple[int, str, dict[str, str], str]]:
    """Yield (start, tag, attributes, "") for tags and (start, "", {}, text) between them."""
    at = 0
    while tag := _TAG.search(page, at):
        if tag.start() > at:
            yield at, "", {}, page[at : tag.start()]
        if tag[0] == "<!--":
            at = _after_comment(page, tag.end())
            continue
        name = tag[0][1:].lower()
        attributes, at = _attributes(page, tag.end())
        yield tag.start(), name, attributes, ""
        if name in _UNSHOWN:
            at = _after_element(page, name, at)
    if at < len(page):
        yield at, "", {}, page[at:]


def _after_comment(page: str, at: int) -> int:
    if page.startswith("[if", at):
        return at
    end = page.find("-->", at)
    return len(page) if end < 0 else end + 3


def _after_element(page: str, name: str, at: int) -> int:
    """Skip what a browser does not show as a part of the page."""
    end = re.compile(f"</{name}", re.IGNORECASE).search(page, at)
    return len(page) if end is None else end.start()


def _attributes(page: str, at: int) -> tuple[dict[str, str], int]:
    found: dict[str, str] = {}
    while part := _ATTRIBUTE.match(page, at):
        at = part.end()
        if part["end"]:
            return found, at
        value = part["double"] or part["single"] or part["bare"] or ""
        found.setdefault(part["name"].lower(), value)
    return found, len(page)

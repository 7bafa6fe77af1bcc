"""What a page's HTML says of itself: title, headings, and whether it leads on. Pure.

Pages are not run. A `meta refresh` is read as browsers read it; a script's redirect is found by
its pattern, so one that a program puts together is not.
"""

import html
import re
from dataclasses import dataclass
from enum import StrEnum

MOST_SECONDS = 30
"""A refresh that waits longer is meant for a page that stays open."""

# Each pattern ends at a sign it may not cross or at the end of the text, so that no page,
# however malformed, is read more than once.
_UNREAD = re.compile(
    r"<!--.*?(?:-->|\Z)|<(noscript|template|svg)\b.*?(?:</\1|\Z)", re.DOTALL | re.IGNORECASE
)
_SCRIPT = re.compile(r"<script\b([^<>]*)>(.*?)(?:</script|\Z)", re.DOTALL | re.IGNORECASE)
_UNSHOWN = re.compile(
    r"<(script|style|title)\b.*?(?:</\1[^<>]*>?|\Z)|<[^<>]*>", re.DOTALL | re.IGNORECASE
)
_META = re.compile(r"<meta\b([^<>]*)", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([a-z-]+)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""", re.IGNORECASE)
_REFRESH = re.compile(
    r"""\s*(\d{1,9})[\d.]*\s*[;,\s]\s*(?:url\s*=\s*)?["']?([^"']+)""", re.IGNORECASE
)
_JUMP = re.compile(
    r"""(?<![\w$.])(?:(?:window|document|self|top|parent)\s*\.\s*)?location\s*"""
    r"""(?:(?:\.\s*href\s*)?=|\.\s*(?:replace|assign)\s*\()\s*(["'])(?P<url>[^"'\s]+)\1"""
)
_DECLARED = re.compile(r"(?:let|const)\s+$")
_LITTLE_TEXT = 200

_MISSING = re.compile(
    r"""\bnot[ -]found\b|\b(?:does|do)(?:n['’]t| not) exist|\bno longer (?:available|exists|here)"""
    r"""|\bcan(?:['’]t|not) (?:be )?(?:find|found)|\bpage (?:is )?(?:missing|unavailable)"""
    r"""|nicht gefunden|introuvable|no encontrada|non trovata|niet gevonden|não encontrada"""
    r"""|hittades inte|ikke fundet|ei löytynyt|nie znaleziono|not exist""",
    re.IGNORECASE,
)
_TROUBLED = re.compile(r"\b(?:404|410|oops|sorry|error|fehler|erreur|gone)\b", re.IGNORECASE)


class Doubt(StrEnum):
    """Whether a page's title or heading says that there is no such page."""

    NONE = "none"
    SOME = "some"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class PageSigns:
    """What was read off a page. `script_url` is where a script of it leads on to."""

    title: str = ""
    heading: str = ""
    refresh_url: str = ""
    script_url: str = ""
    is_bare: bool = False

    @property
    def doubt(self) -> Doubt:
        """Whether it says that what was asked for is not there."""
        words = f"{self.title} | {self.heading}"
        if _MISSING.search(words):
            return Doubt.STRONG
        return Doubt.SOME if _TROUBLED.search(words) else Doubt.NONE

    @property
    def words(self) -> str:
        """How to name the page in a sentence."""
        return self.heading if _MISSING.search(self.heading) else self.title or self.heading


def read_signs(page: str) -> PageSigns:
    """Read what a page of HTML says of itself. Never raises, whatever it holds."""
    read = _UNREAD.sub(" ", page)
    is_bare = len(" ".join(_UNSHOWN.sub(" ", read).split())) < _LITTLE_TEXT
    return PageSigns(
        title=_text_of("title", read),
        heading=_text_of("h1", read),
        refresh_url=_meta_refresh(read),
        script_url=_script_target(read, is_bare=is_bare),
        is_bare=is_bare,
    )


def refresh_target(value: str) -> str:
    """Return where a `Refresh` header or its `meta` twin leads soon, or an empty text."""
    match = _REFRESH.match(value)
    return match[2].strip() if match and int(match[1]) <= MOST_SECONDS else ""


def _text_of(name: str, page: str) -> str:
    pattern = rf"<{name}\b[^<>]*>(.*?)(?:</{name}|\Z)"
    match = re.search(pattern, page, re.DOTALL | re.IGNORECASE)
    bare = re.sub(r"<[^<>]*>", " ", match[1]) if match else ""
    return " ".join(html.unescape(bare).split())[:200]


def _meta_refresh(page: str) -> str:
    for meta in _META.finditer(page):
        values = {part[1].lower(): part[2] or part[3] or part[4] for part in _parts(meta[1])}
        if str(values.get("http-equiv") or "").lower() == "refresh":
            return refresh_target(html.unescape(values.get("content") or ""))
    return ""


def _parts(attributes: str) -> list[re.Match[str]]:
    return list(_ATTRIBUTE.finditer(attributes))


def _script_target(page: str, *, is_bare: bool) -> str:
    """Find a redirect that runs as the page opens; on a page with text, outside of functions."""
    for script in _SCRIPT.finditer(page):
        if "json" in script[1].lower():
            continue
        for jump in _JUMP.finditer(script[2]):
            before = script[2][: jump.start()]
            is_nested = before.count("{") > before.count("}")
            if not _DECLARED.search(before[-20:]) and (is_bare or not is_nested):
                return jump["url"].replace("\\/", "/")
    return ""

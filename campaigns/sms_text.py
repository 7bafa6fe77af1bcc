"""What a text message costs: its encoding and its segments. Pure.

GSM 03.38 (3GPP TS 23.038): 160 septets alone, 153 in parts; UCS-2: 70 and 67 UTF-16 units.
A part never ends inside an escape sequence or a surrogate pair.
"""

from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPED = frozenset("^{}\\[~]|€\f")
LINK_MARK = "{link}"
LINK_LENGTH = 36
"""How long a recipient's short link is on a domain like go.example.com, https included."""


@dataclass(frozen=True, slots=True)
class Segments:
    """How a text is sent. `forced_by` are the characters that turned GSM-7 into UCS-2."""

    encoding: str
    units: int
    segments: int
    forced_by: tuple[str, ...]
    without_them: int

    @property
    def is_unicode(self) -> bool:
        """Say whether one character made every character cost more than twice as much."""
        return self.encoding == "UCS-2"


def with_link(body: str, *, link_length: int = LINK_LENGTH) -> str:
    """Return the text with a stand-in of the link's length where `{link}` stands."""
    return body.replace(LINK_MARK, "x" * link_length)


def count_segments(text: str) -> Segments:
    """Return the encoding and the number of segments; an empty text has none.

    `without_them` is the number of segments if the characters in `forced_by` were gone.
    """
    forced_by = tuple(dict.fromkeys(letter for letter in text if not _is_gsm(letter)))
    plain = "".join(letter for letter in text if _is_gsm(letter))
    gsm = [2 if letter in _ESCAPED else 1 for letter in plain]
    without_them = _pack(gsm, alone=160, in_parts=153)
    if not forced_by:
        return Segments("GSM-7", sum(gsm), without_them, (), without_them)
    ucs2 = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
    segments = _pack(ucs2, alone=70, in_parts=67)
    return Segments("UCS-2", sum(ucs2), segments, forced_by, without_them)


def _is_gsm(letter: str) -> bool:
    return letter in _BASIC or letter in _ESCAPED


def _pack(sizes: list[int], *, alone: int, in_parts: int) -> int:
    """Return how many messages units of these sizes fill, none of them cut in two."""
    if sum(sizes) <= alone:
        return 1 if sizes else 0
    count, used = 1, 0
    for size in sizes:
        if used + size > in_parts:
            count, used = count + 1, 0
        used += size
    return count

"""QR codes of short links, as SVG and PNG, in the size and colour somebody needs. Pure.

Error correction M: a code that is printed and a little damaged still reads.
"""

import io
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import segno

SIZES: Final = (256, 512, 1024, 2048)
QUIET_ZONES: Final = (4, 2, 0)
_SMALLEST, _LARGEST = 64, 4096
_WIDEST_ZONE = 16
_COLOR = re.compile(r"#?([0-9a-fA-F]{6})")
_LEAST_CONTRAST = 4.0


class QrLookError(ValueError):
    """A code cannot look like this; `field` names the value at fault."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True, slots=True)
class QrLook:
    """How a code is drawn: pixels of its side, light modules around it, colour of the dark ones."""

    size: int = SIZES[0]
    quiet_zone: int = QUIET_ZONES[0]
    color: str = "#000000"


PLAIN: Final = QrLook()


def read_look(values: Mapping[str, str]) -> QrLook:
    """Return what `size`, `quiet_zone` and `color` ask for; what is missing is as usual.

    Raises:
        QrLookError: no number, out of bounds, or a colour that cameras cannot tell from white.
    """
    return QrLook(
        size=_whole(values, "size", PLAIN.size, _SMALLEST, _LARGEST),
        quiet_zone=_whole(values, "quiet_zone", PLAIN.quiet_zone, 0, _WIDEST_ZONE),
        color=_color(values.get("color") or PLAIN.color),
    )


def qr_svg(url: str, look: QrLook = PLAIN) -> bytes:
    """Return an SVG document whose side has exactly the size asked for."""
    code = _code(url)
    scale = look.size / code.symbol_size(border=look.quiet_zone)[0]
    return _saved(code, look, kind="svg", scale=scale, xmldecl=False)


def qr_png(url: str, look: QrLook = PLAIN) -> bytes:
    """Return a PNG picture at least as large as asked for: its modules are whole pixels."""
    code = _code(url)
    scale = math.ceil(look.size / code.symbol_size(border=look.quiet_zone)[0])
    return _saved(code, look, kind="png", scale=scale)


def qr_data_uri(url: str) -> str:
    """Return the code as a `data:` address for an image on a page."""
    return str(_code(url).svg_data_uri(scale=4, border=2))


def _code(url: str) -> Any:
    return segno.make(url, error="m", micro=False)


def _saved(code: Any, look: QrLook, **how: Any) -> bytes:
    out = io.BytesIO()
    code.save(out, border=look.quiet_zone, dark=look.color, light="#ffffff", **how)
    return out.getvalue()


def _whole(values: Mapping[str, str], field: str, usual: int, least: int, most: int) -> int:
    text = values.get(field) or str(usual)
    if not (text.isascii() and text.isdigit()) or not least <= int(text[:9]) <= most:
        raise QrLookError(
            field, f"“{text[:20]}” is no {field}: give a whole number from {least} to {most}."
        )
    return int(text)


def _color(text: str) -> str:
    match = _COLOR.fullmatch(text)
    if match is None:
        raise QrLookError(
            "color", f"“{text[:20]}” is no colour: give six hexadecimal digits like 0f766e."
        )
    if _contrast_to_white(match[1]) < _LEAST_CONTRAST:
        raise QrLookError(
            "color", f"#{match[1]} is too light: cameras could not read it. Take a darker colour."
        )
    return f"#{match[1].lower()}"


def _contrast_to_white(digits: str) -> float:
    """Return the contrast by WCAG 2: 21 for black, 1 for white."""
    red, green, blue = (_linear(int(digits[at : at + 2], 16) / 255) for at in (0, 2, 4))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

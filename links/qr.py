"""QR codes of short links, as SVG. Pure.

Error correction M: a code that is printed and a little damaged still reads.
"""

import io

import segno


def qr_svg(url: str) -> bytes:
    """Return an SVG document with the usual quiet zone of four modules."""
    out = io.BytesIO()
    segno.make(url, error="m", micro=False).save(out, kind="svg", scale=8, border=4, xmldecl=False)
    return out.getvalue()


def qr_data_uri(url: str) -> str:
    """Return the code as a `data:` address for an image on a page."""
    return str(segno.make(url, error="m", micro=False).svg_data_uri(scale=4, border=2))

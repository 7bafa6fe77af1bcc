"""The snippet as it is served, and the tag that a website copies."""

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from django.utils.html import format_html
from django.utils.safestring import SafeString

from tracking.models import Source

_FILE: Final = Path(__file__).parent / "static" / "tracking" / "t.js"


@dataclass(frozen=True, slots=True)
class Snippet:
    """The script's bytes and the tag under which browsers keep it."""

    body: bytes
    etag: str


@lru_cache(maxsize=1)
def load_snippet() -> Snippet:
    """Return the script, read once per process."""
    body = _FILE.read_bytes()
    return Snippet(body, f'"{hashlib.sha256(body).hexdigest()[:20]}"')


def snippet_tag(source: Source, public_url: str) -> SafeString:
    """Return the line of HTML that a website puts on each of its pages."""
    address = f"{public_url.rstrip('/')}/t.js"
    return format_html(
        '<script async src="{}" data-key="{}" data-gpc></script>', address, source.write_key
    )

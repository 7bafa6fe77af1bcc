"""What a short domain has besides codes: its bare address, icon, robots.txt, well-known files.

Browsers and robots ask for these by themselves: none of them is a tap.
"""

import re
from collections.abc import Iterable

from links.redirect_targets import DomainTarget
from tracking.answers import StartResponse, explain, redirect, send_text

_FILE = re.compile(
    r"(favicon\.ico|robots\.txt|\.well-known(/.*)?|apple-touch-icon[-\w]*\.png)?", re.DOTALL
)
_WELL_KNOWN = ".well-known/"
_TEXT = "text/plain; charset=utf-8"
_JSON = "application/json"
_ROBOTS = """\
# Short links. Whoever shows a preview of a message may fetch them; nothing here is to be
# listed, and every answer says so itself (X-Robots-Tag: noindex).
User-agent: *
Disallow:
"""


def is_file(path: str) -> bool:
    """Say whether a path, without slashes around it, is never a code: the bare host or a file."""
    return _FILE.fullmatch(path) is not None


def answer_file(
    domain: DomainTarget | None, path: str, method: str, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer what a domain has under a path without slashes around it; empty is the bare host."""
    if domain is None:
        return explain("h", method, start_response)
    if path == "robots.txt":
        return send_text(domain.robots_txt or _ROBOTS, _TEXT, method, start_response)
    if path.startswith(_WELL_KNOWN):
        return _answer_well_known(domain, path.removeprefix(_WELL_KNOWN), method, start_response)
    location = {"": domain.root_url or domain.fallback_url, "favicon.ico": domain.icon_url}.get(
        path
    )
    if location:
        return redirect(location, start_response)
    return explain("u", method, start_response)


def _answer_well_known(
    domain: DomainTarget, name: str, method: str, start_response: StartResponse
) -> Iterable[bytes]:
    if name == "textrail":
        return send_text(domain.verification_token, _TEXT, method, start_response)
    content = domain.well_known.get(name)
    if not isinstance(content, str):
        return explain("u", method, start_response)
    # Apple's file has no ending and must be JSON all the same.
    is_json = name.endswith(".json") or content.lstrip()[:1] in {"{", "["}
    return send_text(content, _JSON if is_json else _TEXT, method, start_response)

"""What a short domain can answer: a redirect, a small page, a refusal, a text. Pure."""

from collections.abc import Callable, Iterable

StartResponse = Callable[[str, list[tuple[str, str]]], object]

NO_STORE = ("Cache-Control", "private, no-store")
NO_INDEX = ("X-Robots-Tag", "noindex")
_HTML = ("Content-Type", "text/html; charset=utf-8")
_BRIEFLY = ("Cache-Control", "public, max-age=300")
_EMPTY: list[bytes] = []

_PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    '<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>'
    "<style>body{{font:1.125rem/1.6 system-ui,sans-serif;max-width:32rem;margin:18vh auto 0;"
    "padding:0 1.5rem;color:#1f2937}}h1{{font-size:1.5rem;line-height:1.3}}</style></head>"
    "<body><h1>{title}</h1><p>{text}</p></body></html>\n"
)
_NOT_FOUND = _PAGE.format(
    title="This link leads nowhere",
    text="Please check that the address is complete: it may have been cut off or mistyped.",
).encode()
_NOT_YET = _PAGE.format(
    title="This link is not open yet", text="Please try again a little later."
).encode()
_GONE = _PAGE.format(
    title="This link has ended",
    text="The page it led to is no longer offered under this address.",
).encode()


def redirect(location: str, start_response: StartResponse) -> Iterable[bytes]:
    """Send the visitor there, this once. The address must be fit for a header as it is."""
    start_response("302 Found", [("Location", location), NO_STORE, NO_INDEX])
    return _EMPTY


def explain(answer: str, method: str, start_response: StartResponse) -> Iterable[bytes]:
    """Say in a page why there is no redirect; `answer` is the letter in the journal."""
    status, page = {
        "e": ("410 Gone", _GONE),
        "x": ("410 Gone", _GONE),
        "l": ("410 Gone", _GONE),
        "n": ("404 Not Found", _NOT_YET),
    }.get(answer, ("404 Not Found", _NOT_FOUND))
    start_response(status, [_HTML, NO_STORE, NO_INDEX])
    return _EMPTY if method == "HEAD" else [page]


def refuse_method(start_response: StartResponse) -> Iterable[bytes]:
    """Say that short links can only be fetched."""
    start_response("405 Method Not Allowed", [("Allow", "GET, HEAD"), NO_STORE])
    return _EMPTY


def send_text(
    text: str, content_type: str, method: str, start_response: StartResponse
) -> Iterable[bytes]:
    """Answer with a small file, which may be kept for five minutes."""
    start_response("200 OK", [("Content-Type", content_type), _BRIEFLY, NO_INDEX])
    return _EMPTY if method == "HEAD" else [text.encode()]

"""Random codes that survive being read aloud, and how a recipient's form is read.

A recipient's code is a link's code and six random characters more, so that a tap names its
person while the redirect needs only the link's part.
"""

import contextlib
import re
import secrets
import unicodedata
from urllib.parse import unquote

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghkmnpqrstuvwxyz"
"""54 letters and digits; `0 O 1 l I o i j` are left out because they look alike."""

CODE_LENGTH = 7
SUFFIX_LENGTH = 6
MAX_LENGTH = 64

RESERVED_WORDS = frozenset(
    {
        "admin", "api", "static", "healthz", "readyz", "metrics", "hooks", "conventions", "t.js",
        "favicon.ico", "robots.txt", "report-mail",
    }
)  # fmt: skip
"""First path segments that our own pages and files use."""

_OFFENSIVE = re.compile(
    "anus|arse|ass|bastard|bum|crap|cum|cunt|damn|dyke|fag|fart|fck|feck|fuck|fuk|fuq|gay|hate|"
    "heck|jerk|kkk|nazl|perv|pee|rape|retard|scum|sex|sht|slut|tart|tard|turd|twat|wank|vag|xxx"
)
_LOOKS_LIKE = str.maketrans("345789", "eastbg")
_CUSTOM = re.compile(r"\w[\w.~-]*")
_ALPHABET_SET = frozenset(ALPHABET)

# Four bytes in 256 map to each letter; the rest are thrown away so that none is favoured.
_FAIR = 256 - 256 % len(ALPHABET)
_BYTE_TO_LETTER = bytes(ord(ALPHABET[byte % len(ALPHABET)]) for byte in range(256))
_UNFAIR_BYTES = bytes(range(_FAIR, 256))


class CodeNotAllowedError(ValueError):
    """A chosen code cannot be used; the message says why."""


def random_code(length: int = CODE_LENGTH) -> str:
    """Return one random code that is no word and offends nobody."""
    while True:
        code = _letters(length)
        if is_presentable(code):
            return code


def random_suffixes(count: int) -> list[str]:
    """Return as many random suffixes; some may be equal, the database says which."""
    suffixes: list[str] = []
    while len(suffixes) < count:
        letters = _letters((count - len(suffixes)) * SUFFIX_LENGTH)
        drawn = (
            letters[start : start + SUFFIX_LENGTH]
            for start in range(0, len(letters), SUFFIX_LENGTH)
        )
        suffixes.extend(suffix for suffix in drawn if is_presentable(suffix))
    return suffixes


def is_presentable(code: str) -> bool:
    """Say whether a random code has a digit (so it is no dictionary word) and no rude part."""
    if code.isalpha():
        return False
    lowered = code.lower()
    return not (_OFFENSIVE.search(lowered) or _OFFENSIVE.search(lowered.translate(_LOOKS_LIKE)))


def check_custom_code(text: str) -> str:
    """Return a code somebody chose in its stored form (Unicode NFC).

    Raises:
        CodeNotAllowedError: a reserved word, too long, or characters that need escaping.
    """
    code = unicodedata.normalize("NFC", text.strip())
    if code.lower() in RESERVED_WORDS:
        raise CodeNotAllowedError(f"“{code}” is reserved for Textrail's own pages.")
    if len(code) > MAX_LENGTH:
        raise CodeNotAllowedError(f"A code has at most {MAX_LENGTH} characters.")
    if not _CUSTOM.fullmatch(code):
        raise CodeNotAllowedError(
            f"“{code}” cannot be a code: use letters, digits, hyphens, dots and underscores, "
            "beginning with a letter or a digit."
        )
    return code


def normalize_code(text: str) -> str:
    """Return the plain form of a code as it came in an address.

    Leading and trailing slashes go, `%XX` is decoded as UTF-8, letters are composed (NFC). A
    server may hand over UTF-8 bytes as Latin-1 (PEP 3333); they are read as UTF-8.
    """
    code = text.strip("/")
    if "%" in code:
        code = unquote(code)
    if code.isascii():
        return code
    with contextlib.suppress(UnicodeError):  # else it was text already
        code = code.encode("latin-1").decode("utf-8")
    return unicodedata.normalize("NFC", code)


def split_code(text: str) -> list[tuple[str, str]]:
    """Return the (link code, recipient suffix) readings of a code, the likelier first.

    The first reading is always the whole text with an empty suffix: a custom code may have any
    length. A suffix always has a digit, so "springsummer" is not a recipient of "spring".
    """
    readings = [(text, "")]
    code, suffix = text[:-SUFFIX_LENGTH], text[-SUFFIX_LENGTH:]
    if code and _ALPHABET_SET.issuperset(suffix) and not suffix.isalpha():
        readings.append((code, suffix))
    return readings


def _letters(count: int) -> str:
    letters = b""
    while len(letters) < count:
        noise = secrets.token_bytes((count - len(letters)) * 5 // 4 + 8)
        letters += noise.translate(_BYTE_TO_LETTER, _UNFAIR_BYTES)
    return letters[:count].decode("ascii")

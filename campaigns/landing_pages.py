"""Which addresses a short link may lead to: web addresses without anything secret in them. Pure.

A send's landing page has no UTM values of its own either: those of the send are added to it, and
the page's would stand beside them, past the convention.
"""

import re
from urllib.parse import quote, unquote_plus, urlsplit

from campaigns.convention_rules import quote as shown
from campaigns.conventions import Violation
from campaigns.misplaced_parameters import take_apart
from campaigns.utm_parameters import is_utm

MAX_LENGTH = 2000
_HAS_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_UNSEEN = re.compile(r"[\x00-\x20\x7f]")


class LandingPageError(ValueError):
    """A page cannot be led to; the message says why."""

    code = "destination-not-allowed"


class SchemeNotAllowedError(LandingPageError):
    """The address is neither http nor https."""

    code = "scheme-not-allowed"


class HostMissingError(LandingPageError):
    """The address names no host, or one that cannot be a host."""

    code = "host-missing"


class CredentialsInAddressError(LandingPageError):
    """The address carries a user name or a password."""

    code = "credentials-in-address"


class MalformedAddressError(LandingPageError):
    """The address has spaces, control characters, a wrong port, or is too long."""

    code = "malformed-address"


def check_landing_page(url: str) -> None:
    """Refuse an address that a short link may not lead to.

    Raises:
        MalformedAddressError: spaces, control characters, a wrong port, or too long.
        SchemeNotAllowedError: neither http nor https.
        HostMissingError: no host.
        CredentialsInAddressError: a user name or password in the address.
    """
    if len(url) > MAX_LENGTH:
        raise MalformedAddressError(f"An address has at most {MAX_LENGTH} characters.")
    if re.search(r"[\x00-\x20\x7f\\]", url):
        raise MalformedAddressError("The address contains a space, a backslash or an unseen sign.")
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- reading it is what checks it
    except ValueError as error:
        raise MalformedAddressError(f"The address cannot be read: {error}.") from error
    if parts.scheme.lower() not in {"http", "https"}:
        raise SchemeNotAllowedError("Only http and https addresses can be opened from a message.")
    if "@" in parts.netloc:
        raise CredentialsInAddressError("The address carries a user name or a password.")
    if not parts.hostname or not parts.hostname.strip("."):
        raise HostMissingError("The address names no host.")


def broken_page(field: str, url: str) -> list[Violation]:
    """Return why a field's address may not be led to, and which may; an empty one is no page."""
    try:
        if url:
            check_landing_page(url)
    except LandingPageError as error:
        return [Violation(field, url, error.code, str(error), suggest_landing_page(url))]
    own = [shown(_name(raw)) for raw in take_apart(url).every_parameter if is_utm(_name(raw))]
    if not own:
        return []
    message = (
        f"The address has UTM values of its own: {', '.join(dict.fromkeys(own))}. "
        "The send’s are added by themselves."
    )
    return [Violation(field, url, "utm-in-address", message, suggest_landing_page(url))]


def suggest_landing_page(url: str) -> str:
    """Return the address that was probably meant and may be led to, or an empty string."""
    meant = url.strip().replace("\\", "/")
    if not _HAS_SCHEME.match(meant):
        meant = f"https://{meant}"
    meant = _UNSEEN.sub(lambda match: quote(match[0]), meant)
    scheme, mark, rest = meant.partition("://")
    host, slash, path = rest.partition("/")
    meant = _without_utm(f"{scheme}{mark}{host.rpartition('@')[2]}{slash}{path}")
    try:
        check_landing_page(meant)
    except LandingPageError:
        return ""
    return meant


def _without_utm(url: str) -> str:
    """Return an address as it is, but for its UTM values wherever they stand."""
    address = take_apart(url)
    kept = [raw for raw in address.parameters if not is_utm(_name(raw))]
    if len(kept) == len(address.every_parameter):
        return url
    query = "&".join(kept)
    return f"{address.base}{'?' if query else ''}{query}{address.fragment}"


def _name(raw: str) -> str:
    return unquote_plus(raw.partition("=")[0]).lower()

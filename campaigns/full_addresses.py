"""The landing page's full address, as a recipient will arrive there. Pure.

As short links build it: the send's UTM values win over those the landing page's address already
has; everything else of that address stays as it was, the fragment last.
"""

from collections.abc import Mapping
from urllib.parse import quote, unquote_plus

from campaigns.utm_parameters import FIELDS


def utm_string(utm: Mapping[str, str]) -> str:
    """Return the values as a query: `utm_source=sms&utm_medium=text&…`; empty ones left out."""
    ours = ((key, utm.get(key, "")) for key in _ORDER)
    return "&".join(f"{key}={_encoded(value)}" for key, value in ours if value)


def with_utm(address: str, utm: Mapping[str, str]) -> str:
    """Return the address with the values in its query."""
    rest, mark, fragment = address.partition("#")
    page, _, query = rest.partition("?")
    ours = {key for key in FIELDS if utm.get(key)}
    kept = [pair for pair in query.split("&") if pair and _key(pair) not in ours]
    whole = "&".join([*kept, *filter(None, [utm_string(utm)])])
    return f"{page}{'?' if whole else ''}{whole}{mark}{fragment}"


_ORDER = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")


def _key(pair: str) -> str:
    return unquote_plus(pair.partition("=")[0]).lower()


def _encoded(value: str) -> str:
    return quote(value.encode("utf-8", "replace"))

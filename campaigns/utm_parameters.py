"""The names of UTM parameters, and which of them a misspelt name was meant to be. Pure."""

import difflib
import re
from functools import lru_cache
from typing import Final

FIELDS: Final = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
OTHER_FIELDS: Final = (
    "utm_id",
    "utm_source_platform",
    "utm_creative_format",
    "utm_marketing_tactic",
)
"""Parameters GA4 reads which no convention rules."""

KNOWN: Final = frozenset((*FIELDS, *OTHER_FIELDS))
"""What tools read, in lower case."""

_BY_LETTERS: Final = {field.removeprefix("utm_"): field for field in FIELDS}
_NO_LETTER: Final = re.compile(r"[^a-z]")
_PREFIX: Final = re.compile(r"u(?:t+m+|m+t+)")
"""Of a name's letters, `utm` misspelt too: `umt_source` is meant, `mtm_source` another tool's."""
_LONGEST_COMPARED: Final = 80
_ALIKE: Final = 0.65


@lru_cache(maxsize=4096)
def is_utm(name: str) -> bool:
    """Say whether a lower-case name is a UTM parameter, or was meant to be one."""
    return name.startswith("utm_") or bool(meant_parameter(name))


@lru_cache(maxsize=4096)
def meant_parameter(name: str) -> str:
    """Return the parameter that a lower-case name is or was meant to be, or an empty string."""
    if name in KNOWN:
        return name
    letters = _NO_LETTER.sub("", name[:_LONGEST_COMPARED])
    prefix = _PREFIX.match(letters)
    if prefix is None:
        return ""
    rest = letters[prefix.end() :]
    close = difflib.get_close_matches(rest, _BY_LETTERS, n=1, cutoff=_ALIKE)
    return _BY_LETTERS[close[0]] if close else ""

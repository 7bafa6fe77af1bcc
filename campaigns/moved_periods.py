"""The period in a name, such as the `june` of `trial-june`, and what it would be today. Pure."""

import datetime
import re

from campaigns.periods import PERIOD_FORMS, is_period, written_on

_MOST_WORDS = 4
_SHORT_MONTH = re.compile(r"\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)\b")
_MONTH_WORD = re.compile(r"[a-z]{3,}")


def find_period(name: str) -> str:
    """Return the last period in a name, the longest there; an empty string where it has none."""
    pieces = re.split(r"([-_.])", name)
    for stop in range(len(pieces), 0, -2):
        for start in range(max(stop - 2 * _MOST_WORDS + 1, 0), stop, 2):
            text = "".join(pieces[start:stop])
            if is_period(text):
                return text
    return ""


def moved(period: str, today: datetime.date) -> str:
    """Return today's period, written as the given one; the text itself where it is none.

    `june` → `november`, `jun-2026` → `nov-2026`, `q2` → `q4`, `2026-06` → `2026-11`.
    """
    form = next((form for form in PERIOD_FORMS if is_period(period, (form,))), None)
    if form is None:
        return period
    new = written_on(today, (form,))[0]
    if _SHORT_MONTH.search(period):
        return _MONTH_WORD.sub(lambda found: found[0][:3], new)
    return new.replace("autumn", "fall") if "fall" in period else new

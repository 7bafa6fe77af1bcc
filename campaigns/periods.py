"""The periods of a campaign name, such as `june`, `q2` or `2026-06`: known, told, rewritten. Pure.

A form says how a period is written. A convention may allow some forms only; a period in another
form is rewritten where nothing has to be guessed but the year.
"""

import datetime
import re
from collections.abc import Sequence
from functools import lru_cache

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH_WORDS = "|".join(dict.fromkeys((*_MONTHS, *(month[:3] for month in _MONTHS))))
_SPANS = {
    "month": rf"(?P<month_word>{_MONTH_WORDS})",
    "quarter": r"q(?P<quarter>[1-4])",
    "half": r"h(?P<half>[12])",
    "season": r"(?P<season>spring|summer|autumn|fall|winter)",
    "week": r"w(?P<week>0?[1-9]|[1-4]\d|5[0-3])",
}
_YEAR = r"(?P<year>20\d\d)"
_MONTH_NUMBER = r"(?P<month>0[1-9]|1[0-2])"
_PATTERNS = {
    **_SPANS,
    "year": _YEAR,
    "month-year": f"{_SPANS['month']}-{_YEAR}",
    "quarter-year": f"{_SPANS['quarter']}-{_YEAR}",
    "half-year": f"{_SPANS['half']}-{_YEAR}",
    "season-year": f"{_SPANS['season']}-{_YEAR}",
    "week-year": f"{_SPANS['week']}-{_YEAR}",
    "year-month": f"{_YEAR}-{_MONTH_NUMBER}",
    "year-month-name": f"{_YEAR}-{_SPANS['month']}",
    "year-quarter": f"{_YEAR}-{_SPANS['quarter']}",
    "year-half": f"{_YEAR}-{_SPANS['half']}",
    "year-season": f"{_YEAR}-{_SPANS['season']}",
    "year-week": f"{_YEAR}-{_SPANS['week']}",
    "date": rf"{_YEAR}-{_MONTH_NUMBER}-(?P<day>0[1-9]|[12]\d|3[01])",
}
_WRITTEN = {
    "month": "{month_name}",
    "quarter": "q{quarter}",
    "half": "h{half}",
    "season": "{season}",
    "week": "w{week}",
    "year": "{year}",
    "month-year": "{month_name}-{year}",
    "quarter-year": "q{quarter}-{year}",
    "half-year": "h{half}-{year}",
    "season-year": "{season}-{year}",
    "week-year": "w{week}-{year}",
    "year-month": "{year}-{month}",
    "year-month-name": "{year}-{month_name}",
    "year-quarter": "{year}-q{quarter}",
    "year-half": "{year}-h{half}",
    "year-season": "{year}-{season}",
    "year-week": "{year}-w{week}",
    "date": "{year}-{month}-{day}",
}
PERIOD_FORMS = tuple(_PATTERNS)
"""The names of all forms, by which a convention allows some of them."""

_SEASONS = ("winter", "spring", "summer", "autumn")
_SHOWN_DAY = datetime.date(2026, 6, 15)


@lru_cache(maxsize=256)
def pattern_of(forms: tuple[str, ...]) -> re.Pattern[str]:
    """Return what a period of these forms matches; of all forms where none is named."""
    known = [_PATTERNS[form] for form in forms or PERIOD_FORMS if form in _PATTERNS]
    plain = [re.sub(r"\(\?P<\w+>", "(?:", pattern) for pattern in known]
    return re.compile("|".join(plain) or "(?!)")


def is_period(text: str, forms: tuple[str, ...] = ()) -> bool:
    """Say whether a text is a period in one of the forms, in any where none is named."""
    return pattern_of(forms).fullmatch(text) is not None


def written_on(day: datetime.date, forms: Sequence[str] = ()) -> list[str]:
    """Return the period a day lies in, written in each of the forms."""
    known = {
        **_in_month(day.month),
        "year": str(day.year),
        "day": f"{day.day:02}",
        "season": _SEASONS[day.month % 12 // 3],
        "week": str(day.isocalendar().week),
    }
    return [_WRITTEN[form].format_map(known) for form in forms or PERIOD_FORMS if form in _WRITTEN]


def example_of(form: str) -> str:
    """Return a form's example: `year-month` is `2026-06`."""
    return written_on(_SHOWN_DAY, (form,))[0]


def rewritten(text: str, forms: Sequence[str], *, today: datetime.date) -> str:
    """Return the same period in the best of the forms that can say it, else an empty string.

    A year that the text does not name is today's.
    """
    said = _meaning(text)
    if not said:
        return ""
    known = {"year": str(today.year), **said}
    # Rather a month without its year than a year without its month
    is_year_only = set(said) == {"year"}
    best = sorted(
        forms,
        key=lambda form: (
            form == "year" and not is_year_only,
            "year" in said and "{year}" not in _written(form),
        ),
    )
    for form in best:
        try:
            return _written(form).format_map(known)
        except KeyError:
            continue
    return ""


def _written(form: str) -> str:
    return _WRITTEN.get(form, "{unknown}")


def described(forms: Sequence[str]) -> str:
    """Return in words what a period of these forms looks like."""
    if not forms:
        return "a period such as june, q2, summer-2026 or 2026-06"
    return "a period such as " + " or ".join(example_of(form) for form in forms if form in _WRITTEN)


def _meaning(text: str) -> dict[str, str]:
    """Return what a period says: its year, month, quarter, half, season, week, day."""
    for pattern in _PATTERNS.values():
        found = re.fullmatch(pattern, text)
        if found:
            said = {name: value for name, value in found.groupdict().items() if value}
            return {**said, **_month_said(said)}
    return {}


def _month_said(said: dict[str, str]) -> dict[str, str]:
    if "month_word" in said:
        number = next(i for i, name in enumerate(_MONTHS, 1) if name.startswith(said["month_word"]))
        return _in_month(number)
    if "month" in said:
        return _in_month(int(said["month"]))
    if "quarter" in said:
        return {"half": str((int(said["quarter"]) + 1) // 2)}
    return {}


def _in_month(number: int) -> dict[str, str]:
    return {
        "month": f"{number:02}",
        "month_name": _MONTHS[number - 1],
        "quarter": str((number + 2) // 3),
        "half": str((number + 5) // 6),
    }

"""What a report is asked: which rule, which days, which moment, which rows.

The same names serve the API's parameters, the admin's form and the command's options.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from campaigns.money import InvalidCurrencyError, check_currency

DateBasis = Literal["outcome", "touch", "cohort"]
Dimension = Literal["send", "channel", "campaign", "message", "link", "audience"]
Goal = Literal["lead", "opportunity", "win"]
ContactMode = Literal["roles", "roles_else_company", "company", "primary"]
LIFETIME = "lifetime"
PARAMETERS = (
    "rule",
    "lookback_days",
    "date_basis",
    "from",
    "to",
    "as_of",
    "contact_mode",
    "channel",
    "campaign",
    "by",
    "goal",
    "currency",
    "limit",
)
MOST_ROWS = 1000
"""The most rows that `limit` may ask for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One parameter that cannot be used, why, and what could stand in its place."""

    field: str
    code: str
    message: str
    suggestion: str = ""


class InvalidReportQueryError(ValueError):
    """One or more parameters of a report cannot be used; `problems` lists them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(" ".join(problem.message for problem in problems))
        self.problems = problems


class _ParameterError(ValueError):
    """A single value is wrong; carries what the problem will say."""

    def __init__(self, code: str, message: str, suggestion: str = "") -> None:
        super().__init__(message)
        self.code, self.message, self.suggestion = code, message, suggestion


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """A report's parameters. Empty means: as the rule says, all days, now, all rows.

    `rule` is a slug, or a slug and a version as in `linear@3`. `lookback_days` is None for the
    rule's own, a number of days, or "lifetime". Days include both ends and are cut in the
    organisation's time zone; `as_of` is a moment. `by`, `goal` and `limit` empty mean what the
    report does by itself; `currency` empty means the reporting currency.
    """

    rule: str = ""
    lookback_days: int | Literal["lifetime"] | None = None
    date_basis: DateBasis = "outcome"
    starts_on: date | None = None
    ends_on: date | None = None
    as_of: datetime | None = None
    contact_mode: ContactMode | Literal[""] = ""
    channel: str = ""
    campaign: str = ""
    by: Dimension | Literal[""] = ""
    goal: Goal | Literal[""] = ""
    currency: str = ""
    limit: int | None = None

    @property
    def given(self) -> dict[str, str]:
        """The parameters that were given, as text, by the names they have outside."""
        texts = {name: _text(getattr(self, field)) for name, field in _FIELDS.items()}
        if texts["date_basis"] == "outcome":
            del texts["date_basis"]
        return {name: text for name, text in texts.items() if text}

    @property
    def period_in_words(self) -> str:
        """The days of the report, as a person would say them."""
        if self.starts_on and self.ends_on:
            return f"{self.starts_on} to {self.ends_on}"
        if self.starts_on:
            return f"since {self.starts_on}"
        return f"until {self.ends_on}" if self.ends_on else "all days"

    def covers(self, day: date | None) -> bool:
        """Whether a fact of that day belongs to the report; undated facts only to all days."""
        if day is None:
            return self.starts_on is None and self.ends_on is None
        return (self.starts_on is None or day >= self.starts_on) and (
            self.ends_on is None or day <= self.ends_on
        )


_FIELDS = {name: {"from": "starts_on", "to": "ends_on"}.get(name, name) for name in PARAMETERS}


def _text(value: object) -> str:
    if isinstance(value, date):  # A datetime is one too
        return value.isoformat()
    return "" if value is None else str(value)


def parse_query(params: Mapping[str, str], *, time_zone: ZoneInfo) -> ReportQuery:
    """Read a report's parameters from text; empty values count as absent.

    Raises:
        InvalidReportQueryError: a value cannot be used; names every such parameter.
    """
    problems: list[Problem] = []

    def read(name: str, parse: Callable[[str], Any], default: Any) -> Any:
        text = params.get(name, "").strip()
        try:
            return parse(text) if text else default
        except _ParameterError as error:
            problems.append(Problem(name, error.code, error.message, error.suggestion))
            return default

    query = ReportQuery(
        rule=read("rule", str, ""),
        lookback_days=read("lookback_days", _lookback, None),
        date_basis=read("date_basis", _one_of(get_args(DateBasis)), "outcome"),
        starts_on=read("from", _day, None),
        ends_on=read("to", _day, None),
        as_of=read("as_of", lambda text: _moment(text, time_zone), None),
        contact_mode=read("contact_mode", _one_of(get_args(ContactMode)), ""),
        channel=read("channel", str, ""),
        campaign=read("campaign", str, ""),
        by=read("by", _one_of(get_args(Dimension)), ""),
        goal=read("goal", _one_of(get_args(Goal)), ""),
        currency=read("currency", _currency, ""),
        limit=read("limit", _limit, None),
    )
    if query.starts_on and query.ends_on and query.starts_on > query.ends_on:
        message = f"The report would end ({query.ends_on}) before it starts ({query.starts_on})."
        problems.append(Problem("to", "ends-before-start", message, str(query.starts_on)))
    if problems:
        raise InvalidReportQueryError(problems)
    return query


def _lookback(text: str) -> int | str:
    if text == LIFETIME:
        return LIFETIME
    if text.isascii() and text.isdigit() and 0 < int(text) <= 3650:
        return int(text)
    message = f"“{text}” is no lookback: give 1 to 3650 days, or “lifetime”."
    raise _ParameterError("not-a-lookback", message, "90")


def _limit(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) <= MOST_ROWS:
        return int(text)
    message = f"“{text}” is no number of rows: give 1 to {MOST_ROWS}."
    raise _ParameterError("not-a-limit", message, "20")


def _currency(text: str) -> str:
    try:
        return check_currency(text)
    except InvalidCurrencyError as error:
        raise _ParameterError("not-a-currency", str(error), "USD") from error


def _one_of(values: tuple[str, ...]) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text in values:
            return text
        message = f"“{text}” is unknown here; give one of {', '.join(values)}."
        raise _ParameterError("unknown-value", message, values[0])

    return parse


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        message = f"“{text}” is no day; write it as 2026-06-30."
        raise _ParameterError("not-a-date", message) from error


def _moment(text: str, time_zone: ZoneInfo) -> datetime:
    """Read a moment; a bare day means its end, so that `as_of` a day includes that day."""
    try:
        if len(text) == len("2026-06-30"):
            midnight = datetime.combine(date.fromisoformat(text), time.max, time_zone)
            return midnight.astimezone(UTC)
        # An unescaped plus sign of an address arrives as a space
        moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
    except (ValueError, OverflowError) as error:
        message = f"“{text}” is no moment; write it as 2026-06-30 or 2026-06-30T12:00:00+00:00."
        raise _ParameterError("not-a-moment", message) from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=time_zone)).astimezone(UTC)

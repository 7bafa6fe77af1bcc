"""How platforms write their cost reports, as data, and a report read by it. Pure.

Reports have title lines above the header, totals below the rows, the currency in a column's
name, and numbers and dates as the account's owner writes them.
"""

import datetime
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from campaigns.decimal_marks import decimal_mark, plain_number
from campaigns.table_rows import Row

NEEDED = ("date", "external_id", "amount", "currency")
_HEADER_WITHIN = 15
_CURRENCY_IN_NAME = re.compile(r"\s*\(([A-Za-z]{3})\)$")
_EMPTY = {"", "-", "--", "—"}


@dataclass(frozen=True, slots=True)
class Preset:
    """One platform's report: which of its columns say what.

    `columns` lists the names of each field, the best first, in small letters. Of `ends` the
    last day of a row is read, which must be its first: spend is kept by day.
    """

    slug: str
    label: str
    columns: Mapping[str, tuple[str, ...]]
    channel: str = ""
    dates: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    has_totals: bool = True


_OURS = {
    "channel": ("channel",),
    "send": ("send", "utm_campaign"),
    "platform": ("platform",),
}
GENERIC = Preset(
    "generic",
    "Another platform",
    {
        "date": ("date", "day"),
        "external_id": ("external_id", "campaign id", "campaign_id", "id"),
        "amount": ("amount", "cost", "spend"),
        "currency": ("currency", "currency code"),
        "campaign": ("campaign",),
        "description": ("description",),
        **_OURS,
    },
    has_totals=False,
)
_WRITTEN_DAYS = ("%d %b %Y", "%b %d, %Y", "%d %B %Y", "%B %d, %Y")
PRESETS: Mapping[str, Preset] = {
    "google_ads": Preset(
        "google_ads",
        "Google Ads",
        {
            "date": ("day", "date"),
            "external_id": ("campaign id", "campaign"),
            "amount": ("cost",),
            "currency": ("currency code", "currency"),
            "description": ("campaign", "campaign name"),
            **_OURS,
        },
        channel="paid-search",
        dates=_WRITTEN_DAYS,
    ),
    "meta": Preset(
        "meta",
        "Meta (Facebook, Instagram)",
        {
            "date": ("day", "reporting starts", "date"),
            "external_id": ("campaign id", "campaign name"),
            "amount": ("amount spent",),
            "currency": ("currency", "account currency"),
            "description": ("campaign name",),
            **_OURS,
        },
        channel="paid-social",
        dates=_WRITTEN_DAYS,
        ends=("reporting ends",),
    ),
    "linkedin": Preset(
        "linkedin",
        "LinkedIn",
        {
            "date": ("start date (in utc)", "start date", "day", "date"),
            "external_id": ("campaign id", "campaign name"),
            "amount": ("total spent", "amount spent", "cost"),
            "currency": ("currency", "currency code"),
            "description": ("campaign name",),
            **_OURS,
        },
        channel="paid-social",
        dates=("%m/%d/%Y", *_WRITTEN_DAYS),
        ends=("end date (in utc)", "end date"),
    ),
}


class LackingColumnsError(ValueError):
    """No line of the file names the columns that a report needs."""

    def __init__(self, lacking: Sequence[str], preset: Preset) -> None:
        self.lacking = tuple(lacking)
        named = ", ".join(
            f"{name} ({' or '.join(f'“{text}”' for text in preset.columns[name])})"
            for name in lacking
        )
        plural = "s" if len(lacking) > 1 else ""
        super().__init__(f"The file lacks the column{plural} {named}.")


@dataclass(frozen=True, slots=True)
class SpendSheet:
    """A report as rows of text, with their numbers in the file; what was left out is named."""

    preset: Preset
    rows: tuple[dict[str, str], ...]
    numbers: tuple[int, ...]
    totals: int = 0
    unread: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Defaults:
    """What rows say that do not say it themselves."""

    platform: str
    currency: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class _Header:
    preset: Preset
    places: dict[str, int]
    currency: str = ""
    ends: int | None = None
    unread: tuple[str, ...] = field(default=())


def read_spend(table: Sequence[Row], defaults: Defaults) -> SpendSheet:
    """Return the rows of a platform's report.

    Raises:
        LackingColumnsError: no row near the top names the columns.
    """
    start, header = _find_header(table, defaults)
    body = table[start + 1 :]
    mark = decimal_mark(_cell(row.cells, header.places["amount"]) for row in body)
    kept = [(row.number, _row(row.cells, header, defaults, mark)) for row in body]
    if header.preset.has_totals:
        first_cells = {row.number: row.cells[0] for row in body}
        kept = [pair for pair in kept if not _is_total(pair[1], first_cells[pair[0]])]
    return SpendSheet(
        header.preset,
        tuple(row for _, row in kept),
        tuple(number for number, _ in kept),
        len(body) - len(kept),
        header.unread,
    )


def _find_header(table: Sequence[Row], defaults: Defaults) -> tuple[int, _Header]:
    """Return the first row that names every column needed; else say what the best one lacks."""
    best: tuple[list[str], Preset] = (list(NEEDED), _preset_of((), defaults))
    for at, row in enumerate(table[:_HEADER_WITHIN]):
        header = _header(row.cells, _preset_of(row.cells, defaults))
        says_currency = bool(header.currency or defaults.currency)
        lacking = [
            name
            for name in NEEDED
            if name not in header.places and not (name == "currency" and says_currency)
        ]
        if not lacking:
            return at, header
        if len(lacking) < len(best[0]):
            best = (lacking, header.preset)
    raise LackingColumnsError(*best)


def _preset_of(cells: Sequence[str], defaults: Defaults) -> Preset:
    """Return the platform's preset, unless the columns have our own names."""
    if any(cell.strip().lower() == "external_id" for cell in cells):
        return GENERIC
    return PRESETS.get(defaults.platform, GENERIC)


def _header(cells: Sequence[str], preset: Preset) -> _Header:
    names = [" ".join(cell.split()).lower() for cell in cells]
    bare = [_CURRENCY_IN_NAME.sub("", name) for name in names]
    places = {}
    for wanted, options in preset.columns.items():
        found = next((at for option in options for at in _places(option, names, bare)), None)
        if found is not None:
            places[wanted] = found
    ends = next((names.index(name) for name in preset.ends if name in names), None)
    in_name = _CURRENCY_IN_NAME.search(names[places["amount"]]) if "amount" in places else None
    read = {*places.values(), ends}
    unread = tuple(cell.strip() for at, cell in enumerate(cells) if cell.strip() and at not in read)
    return _Header(preset, places, in_name[1].upper() if in_name else "", ends, unread)


def _places(option: str, names: list[str], bare: list[str]) -> list[int]:
    return [at for at, name in enumerate(names) if option in {name, bare[at]}]


def _row(cells: Sequence[str], header: _Header, defaults: Defaults, mark: str) -> dict[str, str]:
    row = {name: _cell(cells, at) for name, at in header.places.items()}
    row["date"] = _day(row["date"], header.preset)
    if header.ends is not None:
        last = _day(_cell(cells, header.ends), header.preset)
        if last and last != row["date"]:
            row["date"] = f"{row['date']} to {last}"
    row["amount"] = plain_number(row["amount"], mark)
    row["currency"] = row.get("currency") or header.currency or defaults.currency
    row["platform"] = row.get("platform") or defaults.platform
    if not row.get("channel") and not row.get("send"):
        row["channel"] = defaults.channel or header.preset.channel
    return row


def _cell(cells: Sequence[str], at: int) -> str:
    text = cells[at].strip() if at < len(cells) else ""
    return "" if text in _EMPTY else text


def _day(text: str, preset: Preset) -> str:
    """Return an ISO day where the preset's platform writes it so; else the text as it is."""
    with suppress(ValueError):
        moment = datetime.datetime.fromisoformat(text)
        return moment.date().isoformat()
    for form in preset.dates:
        with suppress(ValueError):
            return datetime.datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007
    return text


def _is_total(row: Mapping[str, str], first_cell: str) -> bool:
    """Say whether a row sums up the others: it names no campaign, or says so."""
    return not row["external_id"] or first_cell.lower().startswith("total")

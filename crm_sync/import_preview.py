"""A look at an export before anything is imported: what its columns seem to mean, its stages,
the first rows as they would be read, and everything that would be refused. Writes nothing."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final

from django.utils.timezone import get_default_timezone

from crm_sync.cell_values import ISO
from crm_sync.column_guesses import (
    DateGuess,
    guess_columns,
    guess_date_format,
    guess_decimal_comma,
    guess_outcome,
)
from crm_sync.column_mapping import (
    ColumnMapping,
    InvalidMappingError,
    MissingColumnsError,
    check_columns,
    read_mapping,
)
from crm_sync.deal_rows import DealRow, RowError, read_row_once
from crm_sync.providers.csv_file import ENCODING_NAMES, Row, Table, open_table

SAMPLE_ROWS: Final = 10
SHOWN_PROBLEMS: Final = 20
MOST_STAGES: Final = 60
_DATE_COLUMNS: Final = ("created_at", "closed_at", "stage_entered_at")


@dataclass(frozen=True, slots=True)
class StageSeen:
    """A value of the stage column, how often it stands there, and what it is taken to mean."""

    name: str
    row_count: int
    outcome: str


@dataclass(frozen=True, slots=True)
class SampleRow:
    """One of the first rows: the deal it will be, or why it will be refused."""

    line: int
    deal: DealRow | None
    problem: str = ""


@dataclass(slots=True)
class Forecast:
    """What an import with this mapping would do with the whole file."""

    row_count: int = 0
    sample: list[SampleRow] = field(default_factory=list)
    refused: Counter[str] = field(default_factory=Counter)
    examples: list[SampleRow] = field(default_factory=list)
    lacking: Counter[str] = field(default_factory=Counter)

    @property
    def refused_count(self) -> int:
        """Return how many rows would become problems instead of deals."""
        return self.refused.total()

    @property
    def good_count(self) -> int:
        """Return how many rows would become deals."""
        return self.row_count - self.refused_count


@dataclass(frozen=True, slots=True)
class Preview:
    """An export as a person sees it before the import. `mapping` is complete, guesses included."""

    header: list[str]
    encoding: str
    delimiter: str
    mapping: dict[str, Any]
    dates: DateGuess
    stages: list[StageSeen]
    problems: list[str]
    forecast: Forecast | None


def preview_deals_file(
    *, path_or_file: Path | IO[bytes], mapping: Mapping[str, Any] | None = None
) -> Preview:
    """Return how an export would be read. What `mapping` does not say is guessed.

    Raises:
        UnreadableFileError: the file is empty, a workbook or without a header.
    """
    given = dict(mapping or {})
    with open_table(path_or_file, delimiter=str(given.get("delimiter", ""))) as table:
        columns = given.get("columns") or guess_columns(table.header)
        seen = _look(table, columns)
        dates = guess_date_format(seen.dates)
        problems: list[str] = []
        stages = _stages(seen.stages, given.get("stages") or {}, problems)
        complete = {
            "connection": "",
            "currency": "USD",
            "date_format": dates.best or ISO,
            **given,
            "columns": columns,
            "stages": {stage.name: stage.outcome for stage in stages},
        }
        if "columns" not in given and guess_decimal_comma(seen.amounts, "USD"):
            complete["decimal_comma"] = True
        return Preview(
            header=table.header,
            encoding=ENCODING_NAMES[table.encoding],
            delimiter=table.delimiter,
            mapping=complete,
            dates=dates,
            stages=stages,
            problems=problems,
            forecast=_forecast(table, complete, problems),
        )


@dataclass(slots=True)
class _Seen:
    stages: Counter[str] = field(default_factory=Counter)
    dates: set[str] = field(default_factory=set)
    amounts: set[str] = field(default_factory=set)


def _look(table: Table, columns: Mapping[str, str]) -> _Seen:
    """Collect the values that decide stages and dates."""
    seen = _Seen()
    date_columns = [columns[name] for name in _DATE_COLUMNS if name in columns]
    for row in table.rows():
        if row.problem:
            continue
        seen.stages[row.cells.get(columns.get("stage", ""), "").strip()] += 1
        seen.dates.update(row.cells.get(column, "") for column in date_columns)
        seen.amounts.add(row.cells.get(columns.get("amount", ""), ""))
    return seen


def _stages(seen: Counter[str], given: Mapping[str, str], problems: list[str]) -> list[StageSeen]:
    """List the file's stages, most frequent first, then those only the mapping knows."""
    names = [name for name, _ in seen.most_common() if name]
    if len(names) > MOST_STAGES:
        problems.append(
            f"The column chosen as stage holds {len(names):,} different values; "
            "choose the column that says open, won or lost."
        )
        names = names[:MOST_STAGES]
    names += [name for name in given if name not in seen]
    return [StageSeen(name, seen[name], given.get(name) or guess_outcome(name)) for name in names]


def _forecast(table: Table, mapping: dict[str, Any], problems: list[str]) -> Forecast | None:
    """Read the whole file as an import would; None where the mapping does not allow it yet."""
    try:
        checked = read_mapping({**mapping, "connection": mapping["connection"] or "preview"})
        check_columns(checked, table.header)
    except InvalidMappingError as error:
        problems += error.problems
        return None
    except MissingColumnsError as error:
        problems.append(str(error))
        return None
    forecast = Forecast()
    lines: dict[str, int] = {}
    for row in table.rows():
        _try(row, checked, lines, forecast)
    return forecast


def _try(row: Row, mapping: ColumnMapping, lines: dict[str, int], forecast: Forecast) -> None:
    forecast.row_count += 1
    try:
        deal = read_row_once(
            mapping,
            row.cells,
            get_default_timezone(),
            line=row.line,
            broken=row.problem,
            lines=lines,
        )
    except RowError as error:
        forecast.refused[error.code] += 1
        refused = SampleRow(row.line, None, str(error))
        if len(forecast.examples) < SHOWN_PROBLEMS:
            forecast.examples.append(refused)
        if forecast.row_count <= SAMPLE_ROWS:
            forecast.sample.append(refused)
        return
    forecast.lacking.update(_lacks(deal))
    if forecast.row_count <= SAMPLE_ROWS:
        forecast.sample.append(SampleRow(row.line, deal))


def _lacks(deal: DealRow) -> list[str]:
    return [
        name
        for name, value in (
            ("value", deal.amount_minor),
            ("company", deal.company or None),
            ("creation date", deal.created_at),
        )
        if value is None
    ]

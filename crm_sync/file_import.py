"""A deal export becomes deals: one file, one run, one transaction.

Rows are read and written in batches inside a single transaction, so a crash, a full disk or
a stopped server leaves nothing of the file behind. A row that breaks a rule becomes a problem
and the others go on. The same file again finds every deal as it is and changes nothing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from django.db import transaction
from django.utils.timezone import get_default_timezone

from crm_sync.column_mapping import ColumnMapping, check_columns, read_mapping
from crm_sync.deal_rows import DealRow, RowError, read_row_once
from crm_sync.intake import IntakeCounts, take_companies, take_contacts, take_deals, take_pipelines
from crm_sync.intake_counts import crop
from crm_sync.models import Company, Connection, Contact, Stage, SyncProblem, SyncRun
from crm_sync.problems import FoundProblem, note_gaps, note_problems, resolve_problems
from crm_sync.providers.csv_file import Row, Table, open_table
from crm_sync.records import (
    CompanyRecord,
    ContactRecord,
    PipelineRecord,
    StageRecord,
)
from crm_sync.row_records import PIPELINE, company_key, deal_record
from links.clock import Clock

Progress = Callable[[int, int], None]
"""Told how many rows are done and how many there are about."""

_BATCH: Final = 1000


class WrongProviderError(ValueError):
    """The mapping names a connection that is no file import."""


def import_deals_file(
    *,
    path_or_file: Path | IO[bytes],
    mapping: Mapping[str, Any],
    now: datetime,
    file_name: str = "",
    connection_name: str = "",
    progress: Progress | None = None,
) -> SyncRun:
    """Import a deal export and return its run. Makes the mapping's connection if it is new.

    `connection_name` is what a new connection is called, else something like its short name.

    Raises, before anything is written:
        InvalidMappingError: the mapping breaks a rule.
        UnreadableFileError: the file is empty, a workbook or without a header.
        MissingColumnsError: the mapping names columns that the file does not have.
        WrongProviderError: the connection is fed by another provider.
    """
    checked = read_mapping(mapping)
    if not file_name and isinstance(path_or_file, Path):
        file_name = path_or_file.name
    with open_table(path_or_file, delimiter=checked.delimiter) as table:
        check_columns(checked, table.header)
        with transaction.atomic():
            connection = _connection(checked, mapping, connection_name)
            run = _begin_run(connection, file_name, table, now)
            work = _Import(connection, run, checked, now, Clock(now))
            for rows in _batches(table.rows()):
                work.take(rows)
                if progress is not None:
                    progress(work.read_count, max(table.row_estimate, work.read_count))
            work.finish()
            return run


def _connection(checked: ColumnMapping, mapping: Mapping[str, Any], name: str) -> Connection:
    """Return the connection, locked: two imports into it wait for each other."""
    words = checked.connection.replace("-", " ").replace("_", " ").capitalize()
    Connection.objects.get_or_create(
        slug=checked.connection,
        defaults={"name": crop(name, 120) or words, "provider": Connection.Provider.CSV_FILE},
    )
    connection = Connection.objects.select_for_update().get(slug=checked.connection)
    if connection.provider != Connection.Provider.CSV_FILE:
        raise WrongProviderError(
            f"The connection “{connection.name}” is synced from {connection.get_provider_display()}; "
            "import the file into a connection of its own."
        )
    connection.settings = dict(mapping)
    connection.save(update_fields=["settings"])
    return connection


def _begin_run(connection: Connection, file_name: str, table: Table, now: datetime) -> SyncRun:
    return SyncRun.objects.create(
        connection=connection,
        trigger=SyncRun.Trigger.IMPORT,
        file_name=crop(file_name, 255),
        started_at=now,
        expected_count=table.row_estimate,
    )


def _batches(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while batch := list(islice(rows, _BATCH)):
        yield batch


@dataclass(slots=True)
class _Import:
    """A file on its way in."""

    connection: Connection
    run: SyncRun
    mapping: ColumnMapping
    now: datetime
    clock: Clock
    counts: IntakeCounts = field(default_factory=IntakeCounts)
    read_count: int = 0
    lines: dict[str, int] = field(default_factory=dict)
    refused_ids: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Take the stages over as the mapping says, whatever was set by hand before."""
        Stage.objects.filter(pipeline__connection=self.connection).update(is_outcome_fixed=False)
        stages = tuple(
            StageRecord(name, name, outcome, position)
            for position, (name, outcome) in enumerate(self.mapping.stages.items())
        )
        take_pipelines(
            connection=self.connection,
            run=self.run,
            records=[PipelineRecord(PIPELINE, f"{self.connection.name} pipeline", stages)],
            now=self.now,
        )

    def take(self, rows: list[Row]) -> None:
        """Take over a batch of rows; what breaks a rule becomes a problem."""
        good: list[DealRow] = []
        problems: list[FoundProblem] = []
        for row in rows:
            try:
                good.append(self._read(row))
            except RowError as error:
                problems.append(_problem(self.mapping, row, error))
        self._take_companies(good)
        self._take_contacts(good)
        self.counts += take_deals(
            connection=self.connection,
            run=self.run,
            records=[deal_record(row) for row in good],
            now=self.now,
        )
        refused = note_problems(
            connection=self.connection, run=self.run, found=problems, now=self.now
        )
        self.refused_ids |= {problem.external_id for problem in problems}
        self.counts += IntakeCounts(refused=refused)
        self.read_count += len(rows)

    def _read(self, row: Row) -> DealRow:
        return read_row_once(
            self.mapping,
            row.cells,
            get_default_timezone(),
            line=row.line,
            broken=row.problem,
            lines=self.lines,
        )

    def _take_companies(self, rows: list[DealRow]) -> None:
        """Make the companies that are new; a file knows nothing of them but their name."""
        named = {company_key(row.company): row.company for row in reversed(rows) if row.company}
        known = Company.objects.filter(connection=self.connection, external_id__in=named)
        for key in known.values_list("external_id", flat=True):
            del named[key]
        records = [CompanyRecord(key, name) for key, name in named.items()]
        take_companies(connection=self.connection, run=self.run, records=records, now=self.now)

    def _take_contacts(self, rows: list[DealRow]) -> None:
        """Make the contacts that are new, in the company of the first deal that names them."""
        company_of = {
            email: company_key(row.company)
            for row in reversed(rows)
            for email in row.contacts or ()
        }
        known = Contact.objects.filter(connection=self.connection, external_id__in=company_of)
        for email in known.values_list("external_id", flat=True):
            del company_of[email]
        records = [
            ContactRecord(email, email=email, company_external_id=company)
            for email, company in company_of.items()
        ]
        take_contacts(connection=self.connection, run=self.run, records=records, now=self.now)

    def finish(self) -> None:
        """Close the run: count the gaps, and resolve what this file no longer shows."""
        resolve_problems(
            connection=self.connection,
            object_type="deals",
            external_ids={*self.lines, *self.refused_ids},
            now=self.now,
        )
        SyncProblem.objects.unresolved().filter(
            connection=self.connection, row_number__isnull=False, external_id=""
        ).exclude(latest_seen_at=self.now).update(resolved_at=self.now)
        note_gaps(connection=self.connection, run=self.run, now=self.now)
        run, counts = self.run, self.counts
        run.read_count = run.expected_count = self.read_count
        run.created_count = counts.created
        run.updated_count = counts.updated
        run.unchanged_count = counts.unchanged
        run.problem_count = counts.refused
        run.status = SyncRun.Status.PARTIAL if counts.refused else SyncRun.Status.SUCCEEDED
        run.finished_at = self.clock.now()
        run.save()
        self.connection.synced_at = self.now
        self.connection.save(update_fields=["synced_at"])


def _problem(mapping: ColumnMapping, row: Row, error: RowError) -> FoundProblem:
    """Say what was wrong with a row; contacts' addresses are left out of what is kept."""
    shown = {name: column for name, column in mapping.columns.items() if name != "contacts"}
    external_id = row.cells.get(mapping.columns["external_id"], "").strip()
    return FoundProblem(
        code=error.code,
        message=str(error),
        external_id=external_id,
        row_number=row.line,
        record={
            "column": error.column,
            "value": error.value[:200],
            "row": {column: row.cells.get(column, "")[:200] for column in shown.values()},
        },
    )

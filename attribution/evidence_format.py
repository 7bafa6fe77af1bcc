"""An evidence bundle as a file: a ZIP of CSV tables with a manifest of hashes. Pure.

Written as a stream in constant memory, and alike wherever the state is alike: members in a fixed
order, without times of their own, and never sought back. docs/evidence.md describes every table,
so that other software can read it too.
"""

import csv
import hashlib
import io
import json
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

FORMAT: Final = "textrail-evidence"
FORMAT_VERSION: Final = 1
MANIFEST: Final = "manifest.json"

OUTCOMES: Final = "outcomes.csv"
PEOPLE: Final = "people.csv"
ANCHORS: Final = "anchors.csv"
TOUCHES: Final = "touches.csv"
RULES: Final = "rules.csv"
RATES: Final = "rates.csv"
PERIODS: Final = "periods.csv"
BATCHES: Final = "batches.csv"
ENTRIES: Final = "entries.csv"
STATEMENTS: Final = "statements.csv"

COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    OUTCOMES: (
        "id", "kind", "deal_id", "refund_id", "event_id", "person_id", "occurred_at", "day",
        "source_amount_minor", "source_currency", "rate", "amount_minor", "exclusion",
        "is_waiting",
    ),
    PEOPLE: ("contact_mode", "outcome_id", "person_id"),
    ANCHORS: ("contact_mode", "outcome_id", "moment", "lead_created", "opportunity_created"),
    TOUCHES: (
        "id", "person_id", "time", "evidence_grade", "source_priority", "click", "kind",
        "exclusion", "is_direct", "channel_id", "campaign_id", "send_id", "message_id", "link_id",
        "day",
    ),
    RULES: (
        "id", "slug", "version", "name", "kind", "parameters", "lookback_days", "contact_mode",
        "created_at", "retired_at",
    ),
    RATES: ("currency", "day", "rate"),
    PERIODS: ("id", "starts_on", "ends_on", "locked_at"),
    BATCHES: ("number", "id", "cause", "posted_at", "entry_count", "previous_hash", "hash"),
    ENTRIES: (
        "batch", "line", "id", "outcome_id", "rule_id", "bucket", "reason", "outcome_date",
        "touch_id", "channel_id", "campaign_id", "send_id", "message_id", "link_id", "touch_date",
        "amount_minor", "count_micro", "rate", "is_restatement",
    ),
    STATEMENTS: ("rule_id", "goal", "bucket", "reason", "amount_minor", "count_micro"),
}  # fmt: skip
"""The columns of every table, by the name its path ends in."""

_LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
_BLOCK: Final = 1 << 16


_DAMAGE: Final = (KeyError, BadZipFile, OSError, EOFError, RuntimeError, zlib.error)
"""What Python raises where an archive lacks a file, or what it holds of it is damaged."""


class UnreadableBundleError(ValueError):
    """The file is no evidence bundle that this version can read; the text says why."""


class UnreadableRowError(ValueError):
    """A table has other columns than its name demands, or a row that is none."""


def part_path(number: int, table: str) -> str:
    """Return where a table of the facts' part `number`, counted from 1, stands."""
    return f"facts/{number:05d}/{table}"


def manifest_bytes(manifest: dict[str, Any]) -> bytes:
    """Return a manifest as it is written."""
    return (json.dumps(manifest, indent=1, ensure_ascii=False) + "\n").encode()


def csv_blocks(table: str, rows: Iterable[Sequence[object]]) -> Iterator[tuple[bytes, int]]:
    """Yield a table as CSV (RFC 4180, UTF-8, line feeds), each time with its number of rows."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS[table])
    count = 0
    for row in rows:
        writer.writerow(row)
        count += 1
        if text.tell() > _BLOCK:
            yield text.getvalue().encode(), count
            text.seek(0)
            text.truncate()
            count = 0
    yield text.getvalue().encode(), count


class BundleWriter:
    """Writes a bundle file by file; what is ready so far is taken by `drain`.

    `files` has every file's SHA-256, size in bytes and number of rows, for the manifest.
    """

    def __init__(self) -> None:
        self._sink = _Sink()
        # `_Sink` can neither seek nor tell, so the archive is the same into a file and a socket
        self._zip = ZipFile(self._sink, "w", ZIP_DEFLATED)  # type: ignore[call-overload]
        self.files: dict[str, dict[str, Any]] = {}

    def write(self, path: str, blocks: Iterable[tuple[bytes, int]]) -> Iterator[bytes]:
        """Write a file of blocks, each with its number of rows; yield the bundle as it grows."""
        digest, size, rows = hashlib.sha256(), 0, 0
        with self._zip.open(_member(path), "w", force_zip64=True) as member:
            for block, count in blocks:
                member.write(block)
                digest.update(block)
                size += len(block)
                rows += count
                yield self._sink.drain()
        self.files[path] = {"sha256": digest.hexdigest(), "bytes": size, "rows": rows}
        yield self._sink.drain()

    def finish(self, manifest: dict[str, Any]) -> Generator[bytes, None, str]:
        """Write the manifest and the archive's end; return the seal, the manifest's SHA-256."""
        content = manifest_bytes(manifest)
        with self._zip.open(_member(MANIFEST), "w") as member:
            member.write(content)
        self._zip.close()
        yield self._sink.drain()
        return hashlib.sha256(content).hexdigest()


def _member(path: str) -> ZipInfo:
    """Return a member without anything of the machine or the moment that wrote it."""
    info = ZipInfo(path, _LONG_AGO)
    info.compress_type = ZIP_DEFLATED
    info.create_system = 3
    info.external_attr = 0o644 << 16
    return info


class _Sink:
    """A file that can only be written, and whose bytes are taken out as they come."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        """Keep the bytes until they are taken."""
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Do nothing: whatever was written can be taken."""

    def drain(self) -> bytes:
        """Return what was written since the last time."""
        data = b"".join(self._parts)
        self._parts.clear()
        return data


class BundleReader:
    """Reads a bundle, as much of it at a time as is asked for.

    Raises:
        UnreadableBundleError: it is no ZIP file, has no manifest, or is of a format we do not
            know.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._zip = ZipFile(path)
            raw = self._zip.read(MANIFEST)
            manifest = json.loads(raw)
        except (*_DAMAGE, ValueError) as error:
            raise UnreadableBundleError(f"“{path}” is no evidence bundle: {error}.") from error
        version = manifest.get("format_version") if isinstance(manifest, dict) else None
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise UnreadableBundleError(f"“{path}” is no evidence bundle: its manifest names none.")
        if version != FORMAT_VERSION:
            message = f"“{path}” has format version {version}; this program reads {FORMAT_VERSION}."
            raise UnreadableBundleError(message)
        self.manifest: dict[str, Any] = manifest
        self.seal = hashlib.sha256(raw).hexdigest()
        """The SHA-256 of the manifest, in which stands every other file's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._zip.close()

    @property
    def paths(self) -> list[str]:
        """Return every file in the archive, in its order; one that is there twice, twice."""
        return self._zip.namelist()

    def sha256(self, path: str) -> str:
        """Return a file's hash; one that cannot be unpacked has none.

        Raises:
            UnreadableRowError: the file is missing or damaged.
        """
        digest = hashlib.sha256()
        try:
            with self._zip.open(path) as member:
                while block := member.read(_BLOCK):
                    digest.update(block)
        except _DAMAGE as error:
            raise UnreadableRowError(f"{path} cannot be read: {error}.") from error
        return digest.hexdigest()

    def rows(self, path: str) -> Iterator[list[str]]:
        """Yield a table's rows, without the line of its columns.

        Raises:
            UnreadableRowError: the file is missing or damaged, or has other columns.
        """
        columns = COLUMNS[path.rpartition("/")[2]]
        try:
            with self._zip.open(path) as member:
                lines = csv.reader(io.TextIOWrapper(member, "utf-8", newline=""), strict=True)
                if tuple(next(lines, ())) != columns:
                    raise UnreadableRowError(f"{path} does not have the columns it should have.")
                for number, row in enumerate(lines, start=2):
                    if len(row) != len(columns):
                        raise UnreadableRowError(
                            f"{path}, line {number}: not every column is there."
                        )
                    yield row
        except (*_DAMAGE, csv.Error, UnicodeDecodeError) as error:
            raise UnreadableRowError(f"{path} cannot be read: {error}.") from error

"""Evidence bundles for tests: written, opened, tampered with and packed again."""

import csv
import hashlib
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import ZipFile

from attribution.evidence_claims import Replayed
from attribution.evidence_export import Scope, evidence_bundle
from attribution.evidence_format import MANIFEST, BundleReader, manifest_bytes
from attribution.evidence_replay import replay

Rows = list[list[str]]


def written(folder: Path, scope: Scope | None = None, *, name: str = "evidence.zip") -> Path:
    """Write a bundle of the ledger as it is."""
    file = folder / name
    file.write_bytes(b"".join(evidence_bundle(scope or Scope())))
    return file


def proof(file: Path, *, seal: str = "") -> Replayed:
    """Replay a bundle."""
    with BundleReader(file) as reader:
        return replay(reader, seal=seal)


def codes(file: Path, *, seal: str = "") -> set[str]:
    """Return the codes of everything wrong with a bundle."""
    return {problem.code for problem in proof(file, seal=seal).problems}


def contents(file: Path) -> dict[str, bytes]:
    """Return every file of a bundle."""
    with ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(file: Path, files: dict[str, bytes], *, repairs: bool = True) -> Path:
    """Pack files again; an attacker `repairs` the manifest, so that every hash in it fits."""
    manifest = json.loads(files[MANIFEST])
    if repairs:
        for name in [name for name in manifest["files"] if name not in files]:
            del manifest["files"][name]
        for name, content in files.items():
            if name != MANIFEST:
                told = manifest["files"].setdefault(name, {})
                told |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    with ZipFile(file, "w") as archive:
        for name, content in files.items():
            if name != MANIFEST:
                archive.writestr(name, content)
        archive.writestr(MANIFEST, manifest_bytes(manifest))
    return file


def rows_of(content: bytes) -> Rows:
    """Return a table with the line of its columns."""
    return list(csv.reader(io.StringIO(content.decode())))


def table(rows: Sequence[Sequence[str]]) -> bytes:
    """Return rows as a table."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def tampered(
    file: Path, path: str, change: Callable[[Rows], None], *, repairs: bool = True
) -> Path:
    """Change a table's rows (the first are its columns) and pack the bundle again."""
    files = contents(file)
    rows = rows_of(files[path])
    before = [list(row) for row in rows]
    change(rows)
    assert rows != before, f"{path} was not changed"
    files[path] = table(rows)
    return packed(file, files, repairs=repairs)


def column(rows: Rows, name: str) -> int:
    """Return the place of a column."""
    return rows[0].index(name)


def set_value(name: str, value: str, *, row: int | None = None) -> Callable[[Rows], None]:
    """Return a change of one value: in a row (0 are the columns), or the first that differs."""

    def change(rows: Rows) -> None:
        place = column(rows, name)
        chosen = rows[row] if row is not None else next(r for r in rows[1:] if r[place] != value)
        chosen[place] = value

    return change

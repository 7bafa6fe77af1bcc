"""A bundle as a file: deterministic, streamed, and unreadable where it is none."""

import hashlib
import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from attribution.evidence_format import (
    FORMAT,
    FORMAT_VERSION,
    MANIFEST,
    RATES,
    BundleReader,
    BundleWriter,
    UnreadableBundleError,
    UnreadableRowError,
    csv_blocks,
    part_path,
)

ROWS = [("EUR", "2026-06-15", "1.1"), ("GBP", "2026-06-15", 'a "quoted", text')]


def bundle(**changes: object) -> bytes:
    writer = BundleWriter()
    written = b"".join(writer.write(RATES, csv_blocks(RATES, ROWS)))
    manifest = {"format": FORMAT, "format_version": FORMAT_VERSION, "files": writer.files}
    return written + b"".join(writer.finish(manifest | changes))


def kept(folder: Path, content: bytes) -> Path:
    file = folder / "evidence.zip"
    file.write_bytes(content)
    return file


def test_what_was_written_is_read_again(tmp_path: Path) -> None:
    with BundleReader(kept(tmp_path, bundle())) as reader:
        assert [tuple(row) for row in reader.rows(RATES)] == ROWS
        told = reader.manifest["files"][RATES]
        assert (told["sha256"], told["rows"]) == (reader.sha256(RATES), 2)
        assert reader.paths == [RATES, MANIFEST]


def test_the_seal_is_the_manifests_hash(tmp_path: Path) -> None:
    file = kept(tmp_path, bundle())
    with BundleReader(file) as reader, ZipFile(file) as archive:
        assert reader.seal == hashlib.sha256(archive.read(MANIFEST)).hexdigest()


def test_nothing_of_the_moment_is_in_it() -> None:
    assert bundle() == bundle()


def test_a_long_table_comes_in_blocks_that_add_up() -> None:
    rows = [("EUR", "2026-06-15", "1" * 100)] * 5_000
    blocks = list(csv_blocks(RATES, rows))
    assert len(blocks) > 5
    assert sum(count for _, count in blocks) == 5_000
    assert b"".join(block for block, _ in blocks).count(b"\n") == 5_001


def test_parts_are_numbered_in_the_order_of_their_names() -> None:
    assert part_path(7, RATES) == "facts/00007/rates.csv"


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"format": "other"}, "its manifest names none"),
        ({"format_version": 2}, "has format version 2; this program reads 1"),
    ],
)
def test_another_format_is_refused(
    tmp_path: Path, changes: dict[str, object], complaint: str
) -> None:
    with pytest.raises(UnreadableBundleError, match=complaint):
        BundleReader(kept(tmp_path, bundle(**changes)))


def test_a_file_that_is_no_archive_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableBundleError, match="is no evidence bundle"):
        BundleReader(kept(tmp_path, b"text"))


def test_a_bundle_cut_off_on_its_way_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableBundleError):
        BundleReader(kept(tmp_path, bundle()[:-40]))


@pytest.mark.parametrize("manifest", [b"[]", b"{}", b"not json"])
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, manifest: bytes) -> None:
    file = tmp_path / "evidence.zip"
    with ZipFile(file, "w") as archive:
        archive.writestr(MANIFEST, manifest)
    with pytest.raises(UnreadableBundleError):
        BundleReader(file)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"other,columns\n", "does not have the columns"),
        (b"", "does not have the columns"),
        (b"currency,day,rate\nEUR,2026-06-15\n", "line 2: not every column"),
        (b"currency,day,rate\n\xff,a,b\n", "cannot be read"),
    ],
)
def test_a_damaged_table_is_refused(tmp_path: Path, content: bytes, complaint: str) -> None:
    file = tmp_path / "evidence.zip"
    with ZipFile(file, "w") as archive:
        archive.writestr(RATES, content)
        archive.writestr(MANIFEST, json.dumps({"format": FORMAT, "format_version": 1}))
    with BundleReader(file) as reader, pytest.raises(UnreadableRowError, match=complaint):
        list(reader.rows(RATES))


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with BundleReader(kept(tmp_path, bundle())) as reader:
        with pytest.raises(UnreadableRowError, match="cannot be read"):
            list(reader.rows("entries.csv"))
        with pytest.raises(UnreadableRowError, match="cannot be read"):
            reader.sha256("entries.csv")

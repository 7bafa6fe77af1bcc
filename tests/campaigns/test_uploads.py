"""Uploads between their preview and their import."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from campaigns.uploads import (
    UploadGoneError,
    discard_upload,
    find_upload,
    keep_upload,
    read_progress,
    tell_progress,
)

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _own_folder(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path


def test_an_upload_is_found_by_its_token() -> None:
    token = keep_upload(file=ContentFile(b"id\n1\n"), now=NOW)

    assert find_upload(token).read_bytes() == b"id\n1\n"


def test_a_discarded_upload_is_gone() -> None:
    token = keep_upload(file=ContentFile(b"id\n"), now=NOW)
    discard_upload(token)
    discard_upload(token)

    with pytest.raises(UploadGoneError):
        find_upload(token)


def test_an_upload_older_than_a_day_is_removed_by_the_next() -> None:
    old = keep_upload(file=ContentFile(b"id\n"), now=NOW)
    path = find_upload(old)
    before = (NOW - timedelta(days=1, seconds=1)).timestamp()
    os.utime(path, (before, before))
    keep_upload(file=ContentFile(b"id\n"), now=NOW)

    assert not path.exists()


@pytest.mark.parametrize(
    "token", ["", "../../etc/passwd", "x" * 22 + "/", "AZoAAAAAcACAAAAAAAAAAA"]
)
def test_a_token_that_nobody_gave_finds_nothing(token: str) -> None:
    with pytest.raises(UploadGoneError):
        find_upload(token)


def test_progress_is_told_by_token() -> None:
    tell_progress("one", 5, 10)

    assert read_progress("one") == {"done": 5, "total": 10}
    assert read_progress("other") == {"done": 0, "total": 0}

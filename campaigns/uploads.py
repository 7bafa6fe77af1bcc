"""Uploaded files between their preview and their import: files under `VAR_DIR/imports`.

Each has an unguessable token; what was never imported is removed after a day. The progress of
a running import is told through the cache, because its transaction shows nothing outside.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from django.conf import settings
from django.core.cache import cache

from campaigns.public_ids import MalformedIdError, decode_id, encode_id, new_id

KEPT_FOR: Final = timedelta(days=1)
_PROGRESS_SECONDS: Final = 600


class UploadGoneError(LookupError):
    """The upload was imported, is older than a day, or never was."""


class Chunks(Protocol):
    """What an uploaded file offers."""

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes."""


def keep_upload(*, file: Chunks, now: datetime) -> str:
    """Store an upload and return its token. Removes what others left for over a day."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.upload"):
        with suppress(FileNotFoundError):
            if old.stat().st_mtime < (now - KEPT_FOR).timestamp():
                old.unlink()
    token = encode_id(new_id())
    with (folder / f"{token}.upload").open("wb") as kept:
        for chunk in file.chunks():
            kept.write(chunk)
    return token


def find_upload(token: str) -> Path:
    """Return the file of a token.

    Raises:
        UploadGoneError: there is none.
    """
    try:
        decode_id(token)
    except MalformedIdError as error:
        raise UploadGoneError(token) from error
    path = _folder() / f"{token}.upload"
    if not path.is_file():
        raise UploadGoneError(token)
    return path


def discard_upload(token: str) -> None:
    """Remove the file of a token, if it is still there."""
    with suppress(UploadGoneError):
        find_upload(token).unlink(missing_ok=True)


def tell_progress(token: str, done: int, total: int) -> None:
    """Note how far an import is."""
    cache.set(f"import:{token}", {"done": done, "total": total}, _PROGRESS_SECONDS)


def read_progress(token: str) -> dict[str, int]:
    """Return how far an import is; nothing done where none runs."""
    return cache.get(f"import:{token}") or {"done": 0, "total": 0}


def _folder() -> Path:
    return Path(settings.VAR_DIR) / "imports"

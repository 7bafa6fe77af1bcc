"""The files of audiences on their way: kept apart under `MEDIA_ROOT`, readable by nobody else.

Web servers and workers on several machines need one folder in common there.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final, Protocol

from django.conf import settings

from campaigns.public_ids import encode_id, new_id

FOLDER: Final = "audiences"


class Chunks(Protocol):
    """What an uploaded file offers."""

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes."""


class FileChunks:
    """The bytes of an open file, such as a request's body."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def chunks(self) -> Iterator[bytes]:
        """Yield its bytes."""
        while data := self._file.read(1 << 16):
            yield data


def new_name(ending: str) -> str:
    """Return an unguessable name for a file, as its row keeps it."""
    return f"{FOLDER}/{encode_id(new_id())}.{ending}"


def path_of(name: str) -> Path:
    """Return where a file is."""
    return Path(settings.MEDIA_ROOT) / name


def create(name: str) -> IO[bytes]:
    """Open a new file that only this system's user may read."""
    path = path_of(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "r+b")


def keep(file: Chunks) -> tuple[str, str]:
    """Store a file; return its name and the SHA-256 of its content."""
    name = new_name("upload")
    digest = hashlib.sha256()
    with create(name) as kept:
        for chunk in file.chunks():
            digest.update(chunk)
            kept.write(chunk)
    return name, digest.hexdigest()


def remove(name: str) -> None:
    """Delete a file, if there is one of that name."""
    if name:
        path_of(name).unlink(missing_ok=True)

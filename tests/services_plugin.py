"""Prepares the process before Django's settings are read: servers, and a place for files.

Loaded by `-p` in pyproject.toml, because pytest-django reads the settings before conftest files.
"""

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from config.services import use_services

REDIS_DATABASES = 16


def _neighbouring_database(url: str) -> str:
    """Return the Redis URL of a database that is not the one your data is in."""
    parts = urlsplit(url)
    number = (int(parts.path.strip("/") or 0) + 8) % REDIS_DATABASES
    return parts._replace(path=f"/{number}").geturl()


use_services()
os.environ["REDIS_URL"] = _neighbouring_database(os.environ["REDIS_URL"])
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="textrail-tests-")
(Path(os.environ["VAR_DIR"]) / "static").mkdir()
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")

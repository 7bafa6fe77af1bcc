"""Prepares the process before Django's settings are read: servers, and a place for files.

Loaded by `-p` in pyproject.toml, because pytest-django reads the settings before conftest files.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from config.services import use_services

REDIS_DATABASES = 16
OWN_REDIS = "REDIS_URL_BESIDE_TESTS"
"""Kept for the workers of pytest-xdist, which inherit the environment of their parent."""


def redis_beside(url: str, worker: str) -> str:
    """Return the Redis URL of a database that neither your data nor another worker is in.

    `worker` is pytest-xdist's name, `gw0`; empty without it. Tests empty their database.
    """
    parts = urlsplit(url)
    step = 1 + (7 + int(worker.removeprefix("gw") or 0)) % (REDIS_DATABASES - 1)
    number = (int(parts.path.strip("/") or 0) + step) % REDIS_DATABASES
    return parts._replace(path=f"/{number}").geturl()


use_services()
os.environ["REDIS_URL"] = redis_beside(
    os.environ.setdefault(OWN_REDIS, os.environ["REDIS_URL"]),
    os.environ.get("PYTEST_XDIST_WORKER", ""),
)
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="textrail-tests-")
atexit.register(shutil.rmtree, os.environ["VAR_DIR"], ignore_errors=True)
(Path(os.environ["VAR_DIR"]) / "static").mkdir()
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")

"""Prepares the process before Django's settings are read: servers, and a place for files.

Loaded by `-p` in pyproject.toml, because pytest-django reads the settings before conftest files.
"""

import os
import tempfile
from urllib.parse import urlsplit

from config.services import use_services

use_services()
# The tests' own rooms: another Redis database, and a folder that nobody else reads.
os.environ["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path="/15").geturl()
os.environ["VAR_DIR"] = tempfile.mkdtemp(prefix="textrail-tests-")
os.environ.setdefault("PGOPTIONS", "-c synchronous_commit=off")

"""The demo's stage: a fresh database of its own, and the real processes on it.

The demo never touches other data, another port's demo included: it makes the database
`textrail_demo_PORT` anew beside the configured one, takes a Redis database by its port, and
keeps its files under `var/demo-PORT/`.
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import redis
from psycopg import sql

BASE_DIR = Path(__file__).resolve().parent.parent.parent
REDIS_DATABASES = range(1, 8)


class StageError(RuntimeError):
    """The stage cannot be set; the message says what to do."""


class Stage:
    """Where the demo plays: its addresses, its environment and its commands."""

    def __init__(self, *, port: int) -> None:
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self.website_port = _free_port_near(port + 1)
        self.password = secrets.token_urlsafe(9)
        self.database = f"textrail_demo_{port}"
        self.folder = Path(os.environ.get("VAR_DIR") or BASE_DIR / "var") / f"demo-{port}"

    @property
    def environment(self) -> Mapping[str, str]:
        """What the demo's processes are told."""
        return {
            "DATABASE_URL": urlsplit(os.environ["DATABASE_URL"])
            ._replace(path=self.database)
            .geturl(),
            "REDIS_URL": urlsplit(os.environ["REDIS_URL"])
            ._replace(path=f"/{REDIS_DATABASES[self.port % len(REDIS_DATABASES)]}")
            .geturl(),
            "VAR_DIR": str(self.folder),
            "JOURNAL_DIR": str(self.folder / "journal"),
            "PUBLIC_URL": self.url,
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            "LINK_CHECK_ALLOWED_PRIVATE_HOSTS": (
                f"127.0.0.1:{self.port},127.0.0.1:{self.website_port}"
            ),
            "API_RATE": "100000/min",
            "DEBUG": "0",
        }

    def clear(self) -> None:
        """Make the database, the cache and the files anew.

        Raises:
            StageError: the port is taken.
        """
        if _is_taken(self.port):
            raise StageError(
                f"Port {self.port} is taken, perhaps by another demo. "
                f"Stop that, or choose another: make demo PORT={self.port + 100}"
            )
        with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
            name = sql.Identifier(self.database)
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        redis.Redis.from_url(self.environment["REDIS_URL"]).flushdb()
        shutil.rmtree(self.folder, ignore_errors=True)
        (self.folder / "static").mkdir(parents=True)

    def manage(self, *arguments: str, **variables: str) -> str:
        """Run a management command on the stage and return what it prints.

        Raises:
            StageError: it exits with another status than 0; the message is its output.
        """
        done = self.try_manage(*arguments, **variables)
        if done.returncode != 0:
            raise StageError(f"manage.py {' '.join(arguments)}:\n{done.stdout}{done.stderr}")
        return done.stdout

    def try_manage(self, *arguments: str, **variables: str) -> "subprocess.CompletedProcess[str]":
        """Run a management command on the stage, whatever its exit status."""
        return subprocess.run(  # noqa: S603 - our own interpreter and command line
            [sys.executable, "manage.py", *arguments],
            cwd=BASE_DIR,
            env={**os.environ, **self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )


def _is_taken(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _free_port_near(port: int) -> int:
    while _is_taken(port):
        port += 1
    return port

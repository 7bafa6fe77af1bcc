"""An installation of its own, part by part of which can be killed, and its taps counted."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import psycopg
import requests
from django.conf import settings

from benchmarks.parts.clients import Clients
from campaigns.public_ids import encode_id
from config.processes import Command, Processes, click_reader
from config.servers import PostgresServer, Server, ServerStartError, ValkeyServer, free_port
from tests.journeys.installation import eventually
from tracking.journal import readers
from tracking.journal_lines import LossRecord, MalformedLineError, TapRecord, parse_line

patiently = partial(eventually, seconds=240)
"""Processes start, die and catch up here while everything else on the machine goes on."""

CODES = [f"tap{number:04d}" for number in range(50)]
_ROWS = """
from tests.links.builders import make_domain, make_link
for port in {ports}:
    domain = make_domain(f"127.0.0.1:{{port}}", scheme="http")
    for number in range(50):
        make_link(domain, f"tap{{number:04d}}")
"""


class Ground:
    """PostgreSQL and Valkey that may be killed, migrated once, with two short domains."""

    def __init__(self, folder: Path) -> None:
        self.ports = [free_port(), free_port()]
        self.postgres, self.valkey = PostgresServer(folder / "pg"), ValkeyServer(folder / "valkey")
        self._running: dict[Server, subprocess.Popen[bytes]] = {}
        for server in (self.postgres, self.valkey):
            server.folder.mkdir(mode=0o755)
            self._running[server] = server.start()
        for command in (["migrate", "-v0"], ["shell", "-c", _ROWS.format(ports=self.ports)]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=settings.BASE_DIR,
                env={**os.environ, **self.environment},
                check=True,
            )

    @property
    def environment(self) -> dict[str, str]:
        """The variables of processes that use these servers."""
        return {"DATABASE_URL": self.postgres.address, "REDIS_URL": self.valkey.address}

    def kill(self, server: Server) -> None:
        """Kill a server at once, without a chance to finish anything."""
        self._running[server].kill()
        self._running[server].wait()

    def start(self, server: Server) -> None:
        """Start a killed server again where it was; its orphans may keep it waiting for a while."""

        def is_up() -> bool:
            try:
                self._running[server] = server.start(port=server.port)
            except ServerStartError:
                return False
            return True

        patiently(is_up)

    def stop(self) -> None:
        """Stop both."""
        for server, process in self._running.items():
            server.stop(process)

    def query(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Run one statement."""
        with psycopg.connect(self.postgres.address, autocommit=True) as connection:
            cursor = connection.execute(sql, values)  # type: ignore[arg-type]
            return cursor.fetchall() if cursor.description else []

    def clicks(self) -> list[str]:
        """Return the ids of all clicks as the visitors' addresses carry them."""
        return [encode_id(row[0]) for row in self.query("SELECT id FROM tracking_click")]  # type: ignore[arg-type]


@contextmanager
def a_ground() -> Iterator[Ground]:
    """Set the servers up in a folder that PostgreSQL's account reaches too."""
    folder = Path(tempfile.mkdtemp(prefix="textrail-durability-", dir="/var/tmp"))
    folder.chmod(0o755)
    ground = Ground(folder)
    try:
        yield ground
    finally:
        ground.stop()
        shutil.rmtree(folder, ignore_errors=True)


class Site:
    """Redirectors and consumers of one case, with a journal folder of their own."""

    def __init__(self, ground: Ground, folder: Path, **environment: str) -> None:
        self.ground = ground
        self.journals = folder / "journal"
        self.processes = Processes(
            {
                **ground.environment,
                "VAR_DIR": str(folder),
                "JOURNAL_DIR": str(self.journals),
                "ALLOWED_HOSTS": "app.example.com",
                **environment,
            }
        )

    def redirector(
        self, number: int = 0, application: str = "config.wsgi:application", *, file_limit: int = 0
    ) -> "subprocess.Popen[bytes]":
        """Start a redirector and wait until it redirects."""
        port = self.ground.ports[number]
        granian = (
            *("-m", "granian", "--interface", "wsgi", "--no-ws", "--blocking-threads", "4"),
            *("--host", "127.0.0.1", "--port", str(port), "--log-level", "warning", application),
        )
        limited = ("-c", _LIMITED.format(limit=file_limit, arguments=granian))
        command = Command(f"redirector-{port}", limited if file_limit else granian)
        process = self.processes.start(command)
        patiently(lambda: self.is_up(number))
        return process

    def is_up(self, number: int = 0) -> bool:
        """Say whether a redirector answers and knows its domain; the question is no tap."""
        url = f"http://127.0.0.1:{self.ground.ports[number]}/apple-touch-icon.png"
        try:
            return "X-Robots-Tag" in requests.get(url, timeout=10).headers
        except requests.ConnectionError:
            return False

    def location(self, number: int, code: str) -> str:
        """Tap once, and return where it leads."""
        url = f"http://127.0.0.1:{self.ground.ports[number]}/{code}"
        return requests.get(url, allow_redirects=False, timeout=10).headers["Location"]

    def clients(self, *, pause: float = 0.05) -> Clients:
        """Let eight visitors tap for as long as they are answered."""
        return Clients(self.ground.ports[0], CODES, connections=8, pause=pause)

    def consumer(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start a consumer that reads until it is stopped."""
        reader = click_reader()
        return self.processes.start(Command(reader.name, (*reader.arguments, *arguments)))

    def read_all(self) -> None:
        """Let a consumer read until no journal is left: all writers must be gone."""
        consumer = self.consumer()
        patiently(lambda: not self.files())
        consumer.terminate()
        assert consumer.wait() == 0

    def files(self) -> list[Path]:
        """Return the journals that are not read and removed yet, the oldest first."""
        return [reader.path for reader in readers(self.journals)]

    def log(self, number: int = 0) -> str:
        """Return what a redirector has logged."""
        name = f"redirector-{self.ground.ports[number]}.log"
        return (self.journals.parent / "logs" / name).read_text()

    def records(self) -> list[TapRecord | LossRecord]:
        """Return what the journals say; lines that are torn are not there."""
        found = []
        for file in self.files():
            for line in file.read_bytes().split(b"\n")[:-1]:
                with suppress(MalformedLineError):
                    found.append(parse_line(line))
        return found


_LIMITED = (
    "import os, resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit})); "
    "os.execv(sys.executable, [sys.executable, *{arguments!r}])"
)


@contextmanager
def a_site(ground: Ground, folder: Path, **environment: str) -> Iterator[Site]:
    """Run a case's processes until the block ends, whatever they were when it does."""
    site = Site(ground, folder, **environment)
    try:
        yield site
    finally:
        site.processes.stop()


def kill(process: "subprocess.Popen[bytes]") -> None:
    """Kill a process and its children at once."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()

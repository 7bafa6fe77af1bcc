"""Servers and load generator, each pinned to a core of its own."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from parts.clients import IPHONE
from parts.database import ROOT

SERVER_CORE, LOAD_CORE = "0", "1"

_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 1024; }}
http {{
    access_log {folder}/access.log;
    client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
    uwsgi_temp_path {folder}; scgi_temp_path {folder};
    keepalive_requests 100000000;
    server {{
        listen 127.0.0.1:{port};
        location / {{ return 302 "{location}"; }}
    }}
}}
"""
_LOCATION = (
    "https://www.example.com/offers/summer?utm_source=sms&utm_medium=text"
    "&utm_campaign=trial-reengagement-june&utm_content=version-a&utm_term=customers-trial"
)

_LUA = """
local codes = {{}}
for line in io.lines("{codes}") do codes[#codes + 1] = line end
math.randomseed({seed})
local tail = " HTTP/1.1\\r\\nHost: 127.0.0.1:{port}\\r\\nUser-Agent: {agent}\\r\\n\\r\\n"
request = function() return "GET /" .. codes[math.random(#codes)] .. tail end
"""


class MissingProgramError(RuntimeError):
    """A program that the benchmark needs is not installed."""


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: requests a second, latencies in milliseconds, answers that were no 302.

    `count` is the number of answered requests.
    """

    count: int
    rate: float
    p50: float
    p99: float
    errors: int


def need(*programs: str) -> None:
    """Say what to install where a program is missing.

    Raises:
        MissingProgramError: with the command that installs it.
    """
    missing = [name for name in programs if not shutil.which(name)]
    if missing:
        packages = " ".join({"nginx": "nginx-light"}.get(name, name) for name in missing)
        raise MissingProgramError(
            f"{' and '.join(missing)} not found: apt-get install --no-install-recommends {packages}"
        )


@contextmanager
def running(
    argv: list[str], *, core: str = SERVER_CORE, variables: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server on one core until the block ends."""
    process = subprocess.Popen(
        ["taskset", "-c", core, *argv], cwd=ROOT, env=variables, start_new_session=True
    )
    try:
        yield process
    finally:
        kill(process)


@contextmanager
def ahead(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Let a server go ahead of other work until the block ends, where we may: only as root.

    Only while it is measured: a real-time process that waits for the kernel can hold a whole
    machine up. And a second at most: for 50 ms of each second they fill, they are held back.
    """
    _schedule(process.pid, os.SCHED_FIFO, 5)
    try:
        yield
    finally:
        _schedule(process.pid, os.SCHED_OTHER, 0)


def _schedule(group: int, policy: int, priority: int) -> None:
    if os.geteuid() != 0:
        return
    for stat in Path("/proc").glob("[0-9]*/task/[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[2]) == group:
                os.sched_setscheduler(int(stat.parent.name), policy, os.sched_param(priority))


def _ahead_command() -> list[str]:
    may = os.geteuid() == 0 and shutil.which("chrt") is not None
    return ["chrt", "--fifo", "5"] if may else []


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a server and its children without a chance to finish anything."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def cpu_seconds(process: subprocess.Popen[bytes]) -> float:
    """Return the CPU time that a server and its children have used, in user and kernel mode."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == process.pid:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def nginx(folder: Path, port: int) -> list[str]:
    """Return the command of an nginx that answers everything with one 302 and logs it."""
    folder.mkdir(parents=True, exist_ok=True)
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(_NGINX.format(folder=folder, port=port, location=_LOCATION, user=user))
    return ["nginx", "-c", str(configuration), "-e", str(folder / "error.log")]


def granian(
    port: int, application: str = "config.wsgi:application", *, threads: int = 1
) -> list[str]:
    """Return the command that serves the redirector."""
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws",
        "--workers", "1", "--blocking-threads", str(threads), "--log-level", "error",
        "--host", "127.0.0.1", "--port", str(port), application,
    ]  # fmt: skip


def lean_environment(journal: Path, **more: str) -> dict[str, str]:
    """Return the few variables a server needs: Granian copies all of them for each request."""
    names = ("PATH", "DATABASE_URL", "REDIS_URL", "VAR_DIR")
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return {**kept, "JOURNAL_DIR": str(journal), "LOG_LEVEL": "ERROR", **more}


def wait_for(port: int, path: str, *, seconds: float = 600) -> None:
    """Wait until a server answers with a redirect.

    Raises:
        TimeoutError: it never did.
    """

    class NoRedirect(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: object) -> None:
            return None

    opener = urllib.request.build_opener(NoRedirect)
    for _ in range(round(seconds / 0.1)):
        try:
            opener.open(f"http://127.0.0.1:{port}/{path}", timeout=5)
        except urllib.error.HTTPError as error:
            if error.code == 302:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise TimeoutError(f"no redirect from port {port}")


def load(port: int, codes: Path, *, seconds: int, seed: int, connections: int = 32) -> Load:
    """Ask for random codes, one thread on the other core."""
    script = codes.parent / f"load-{port}.lua"
    script.write_text(_LUA.format(codes=codes, seed=seed, port=port, agent=IPHONE))
    output = subprocess.run(
        [
            *_ahead_command(), "taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
            "--latency", "-s", str(script), f"http://127.0.0.1:{port}",
        ],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    errors = sum(
        int(n) for n in re.findall(r"(?:Non-2xx or 3xx responses|timeout|read) ?:? (\d+)", output)
    )
    return Load(
        count=int(_find(r"(\d+) requests in", output)),
        rate=float(_find(r"Requests/sec:\s+([\d.]+)", output)),
        p50=_milliseconds(_find(r"\n +50%\s+(\S+)", output)),
        p99=_milliseconds(_find(r"\n +99%\s+(\S+)", output)),
        errors=errors,
    )


def paced_load(port: int, codes: Path, *, rate: int, seconds: float) -> tuple[float, float]:
    """Ask at a fixed rate from the other core; return the median and the 99th percentile in ms."""
    paced = str(Path(__file__).with_name("paced.py"))
    output = subprocess.run(
        [
            *_ahead_command(), "taskset", "-c", LOAD_CORE, sys.executable, paced,
            str(port), str(codes), str(rate), str(seconds),
        ],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    median, high = map(float, output.split())
    return median, high


def memory_mib(process: subprocess.Popen[bytes]) -> float:
    """Return the memory that a server and its children hold, in MiB."""
    pages = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == process.pid:
                pages += int(fields[21])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _find(pattern: str, output: str) -> str:
    found = re.search(pattern, output)
    if found is None:
        raise RuntimeError(f"wrk said:\n{output}")
    return found.group(1)


def _milliseconds(text: str) -> float:
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

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

from parts.database import ROOT

SERVER_CORE, LOAD_CORE = "0", "1"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
)

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
            "taskset", "-c", LOAD_CORE, "wrk", "-t1", f"-c{connections}", f"-d{seconds}s",
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


def _find(pattern: str, output: str) -> str:
    found = re.search(pattern, output)
    if found is None:
        raise RuntimeError(f"wrk said:\n{output}")
    return found.group(1)


def _milliseconds(text: str) -> float:
    value, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()  # type: ignore[union-attr]
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]

"""The redirect beside nginx's `return 302`: same core, same load, same minute.

    python benchmarks/redirect.py                   1,000 and 1,000,000 links
    python benchmarks/redirect.py --large 100000    a smaller large one

nginx writes its access log and answers everything with one address; ours looks a random link
up, writes its journal line, and builds the address. Interleaved rounds, medians. Beside requests a
second stands the server's CPU time per request, which other work on the machine disturbs far less:
on a quiet core that is kept busy, the two ratios are the same. Last, an open loop at a fixed rate.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from parts import servers
from parts.database import NAME, make_links, prepare_database, use_copy
from parts.servers import Load

NGINX_PORT, PORT, LARGE_PORT = 8471, 8472, 8473
REST_SECONDS = 1.2
OPEN_RATE = 2_000


@dataclass(slots=True)
class Subject:
    """One server under test, and what was measured of it."""

    name: str
    port: int
    codes: Path
    command: list[str]
    environment: dict[str, str] | None
    loads: list[Load] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    paced: list[tuple[float, float]] = field(default_factory=list)
    start_seconds: float = 0
    memory: float = 0

    def median(self, figure: Callable[[Load], float]) -> float:
        """Return the median of one of the load's figures."""
        return statistics.median(map(figure, self.loads))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", type=int, default=1_000_000, help="links of the large one")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1, help="Granian's blocking threads")
    options = parser.parse_args()
    try:
        servers.need("nginx", "wrk", "taskset")
    except servers.MissingProgramError as error:
        print(f"Not measured: {error}")
        return
    prepare_database()
    with tempfile.TemporaryDirectory(prefix="textrail-bench-") as folder:
        subjects = make_subjects(Path(folder), options)
        with ExitStack() as running:
            measure(subjects, running, options.rounds, Path(folder))
        report(subjects)


def make_subjects(folder: Path, options: argparse.Namespace) -> list[Subject]:
    """Return nginx and two redirectors, each with the links of a database of its own."""
    small = make_redirector(folder, PORT, 1_000, options)
    use_copy(f"{NAME}_large")
    large = make_redirector(folder, LARGE_PORT, options.large, options)
    nginx = (servers.nginx(folder / "nginx", NGINX_PORT), None)
    return [Subject("nginx return 302", NGINX_PORT, small.codes, *nginx), small, large]


def make_redirector(folder: Path, port: int, count: int, options: argparse.Namespace) -> Subject:
    """Make links, and say how the redirector that serves them is started."""
    codes = folder / f"codes-{port}"
    codes.write_text("\n".join(make_links(host=f"127.0.0.1:{port}", count=count)))
    environment = servers.lean_environment(folder / "journal")
    command = servers.granian(port, threads=options.threads)
    return Subject(f"Textrail, {count:,} links", port, codes, command, environment)


def measure(subjects: Sequence[Subject], running: ExitStack, rounds: int, folder: Path) -> None:
    """Start all servers once; then load one at a time, in turn, after a rest."""
    processes = []
    for subject in subjects:
        begin = time.perf_counter()
        server = servers.running(subject.command, variables=subject.environment)
        process = running.enter_context(server)
        servers.wait_for(subject.port, subject.codes.open().readline().strip())
        subject.start_seconds = time.perf_counter() - begin
        servers.load(subject.port, subject.codes, seconds=1, seed=100)
        processes.append(process)
    for number in range(rounds):
        for subject, process in zip(subjects, processes, strict=True):
            measure_once(subject, process, seed=number)
        (folder / "nginx" / "access.log").write_bytes(b"")
    for subject, process in zip(subjects, processes, strict=True):
        subject.memory = servers.memory_mib(process)


def measure_once(subject: Subject, process: "subprocess.Popen[bytes]", *, seed: int) -> None:
    """Take one sample of the closed and one of the open loop."""
    time.sleep(REST_SECONDS)
    before = servers.cpu_seconds(process)
    with servers.ahead(process):
        load = servers.load(subject.port, subject.codes, seconds=1, seed=seed)
    subject.cpu.append((servers.cpu_seconds(process) - before) / load.count * 1e6)
    subject.loads.append(load)
    time.sleep(REST_SECONDS)
    with servers.ahead(process):
        paced = servers.paced_load(subject.port, subject.codes, rate=OPEN_RATE, seconds=2)
    subject.paced.append(paced)


def report(subjects: Sequence[Subject]) -> None:
    """Print medians and ratios."""
    nginx = subjects[0]
    print(
        f"{'':28}{'requests/s':>12}{'of nginx':>10}{'CPU us':>9}{'of nginx':>10}"
        f"{'p50 ms':>9}{'p99 ms':>9}{'p99/p50':>9}   rounds"
    )
    for subject in subjects:
        rate, p50 = subject.median(lambda load: load.rate), subject.median(lambda load: load.p50)
        p99, cpu = subject.median(lambda load: load.p99), statistics.median(subject.cpu)
        rounds = " ".join(f"{load.rate:,.0f}" for load in subject.loads)
        print(
            f"{subject.name:28}{rate:12,.0f}{rate / nginx.median(lambda load: load.rate):10.2f}"
            f"{cpu:9.1f}{statistics.median(nginx.cpu) / cpu:10.2f}"
            f"{p50:9.2f}{p99:9.2f}{p99 / p50:9.1f}   {rounds}"
        )
        if any(load.errors for load in subject.loads):
            sys.exit(f"{subject.name}: some answers were no redirect")
    report_more(subjects)


def report_more(subjects: Sequence[Subject]) -> None:
    """Print the open loop, the price of a million links, and what loading them took."""
    base = statistics.median(high for _, high in subjects[0].paced)
    for subject in subjects:
        median = statistics.median(median for median, _ in subject.paced)
        high = statistics.median(high for _, high in subject.paced)
        print(
            f"{subject.name}: open loop at {OPEN_RATE:,}/s, p50 {median:.2f} ms, p99 {high:.2f} ms,"
            f" {high / base:.1f} of nginx; started in {subject.start_seconds:.1f} s,"
            f" {subject.memory:,.0f} MiB"
        )
    small, large = subjects[1:]
    ratio = large.median(lambda load: load.rate) / small.median(lambda load: load.rate)
    cpu_ratio = statistics.median(small.cpu) / statistics.median(large.cpu)
    print(f"{large.name} against 1,000: {ratio:.2f} in requests/s, {cpu_ratio:.2f} in CPU time")


if __name__ == "__main__":
    main()

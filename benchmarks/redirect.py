"""The redirect beside nginx's `return 302`: same core, same load, same minute.

    python benchmarks/redirect.py             1,000 links
    python benchmarks/redirect.py --million   1,000 and 1,000,000 links, and their ratio

nginx writes its access log and answers everything with one address; ours looks a random link
up, writes its journal line, and builds the address. Three interleaved rounds, medians. Beside
requests a second stands the server's CPU time per request, which other work on the machine
disturbs far less: on a quiet core that is kept busy, the two ratios are the same.
"""

import argparse
import statistics
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from parts import servers
from parts.database import make_links, prepare_database
from parts.servers import Load


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: what the load generator saw, and the server's CPU microseconds per request."""

    load: Load
    cpu: float


NGINX_PORT, PORT, LARGE_PORT = 8471, 8472, 8473


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--million", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=1, help="Granian's blocking threads")
    options = parser.parse_args()
    try:
        servers.need("nginx", "wrk", "taskset")
    except servers.MissingProgramError as error:
        print(f"Not measured: {error}")
        return
    prepare_database()
    with tempfile.TemporaryDirectory(prefix="textrail-bench-") as folder:
        measure(Path(folder), options)


def measure(folder: Path, options: argparse.Namespace) -> None:
    """Run every subject once per round, one at a time."""
    sizes = {"Textrail, 1,000 links": (PORT, 1_000)}
    if options.million:
        sizes["Textrail, 1,000,000 links"] = (LARGE_PORT, 1_000_000)
    code_files = {}
    for port, count in sizes.values():
        code_files[port] = folder / f"codes-{port}"
        code_files[port].write_text("\n".join(make_links(host=f"127.0.0.1:{port}", count=count)))
    results: dict[str, list[Sample]] = {name: [] for name in ("nginx return 302", *sizes)}
    for number in range(options.rounds):
        command = servers.nginx(folder / "nginx", NGINX_PORT)
        results["nginx return 302"].append(
            sample(command, None, NGINX_PORT, code_files[PORT], options.seconds, number)
        )
        for name, (port, _) in sizes.items():
            environment = servers.lean_environment(folder / "journal")
            command = servers.granian(port, threads=options.threads)
            results[name].append(
                sample(command, environment, port, code_files[port], options.seconds, number)
            )
        for file in [*(folder / "journal").glob("*"), folder / "nginx" / "access.log"]:
            file.unlink(missing_ok=True)
    report(results)


def sample(
    command: list[str],
    environment: dict[str, str] | None,
    port: int,
    codes: Path,
    seconds: int,
    seed: int,
) -> Sample:
    """Start a server, warm it up for a second, then measure."""
    with servers.running(command, variables=environment) as process:
        servers.wait_for(port, codes.open().readline().strip())
        servers.load(port, codes, seconds=1, seed=seed + 100)
        before = servers.cpu_seconds(process)
        load = servers.load(port, codes, seconds=seconds, seed=seed)
        used = servers.cpu_seconds(process) - before
        return Sample(load, used / load.count * 1_000_000)


def report(results: dict[str, list[Sample]]) -> None:
    """Print medians and ratios."""
    medians = {name: median_of(samples) for name, samples in results.items()}
    base = medians["nginx return 302"]
    print(
        f"{'':28}{'requests/s':>12}{'of nginx':>10}{'CPU us':>9}{'of nginx':>10}"
        f"{'p50 ms':>9}{'p99 ms':>9}   rounds"
    )
    for name, found in medians.items():
        rounds = " ".join(f"{one.load.rate:,.0f}" for one in results[name])
        print(
            f"{name:28}{found.load.rate:12,.0f}{found.load.rate / base.load.rate:10.2f}"
            f"{found.cpu:9.1f}{base.cpu / found.cpu:10.2f}"
            f"{found.load.p50:9.2f}{found.load.p99:9.2f}   {rounds}"
        )
        if any(one.load.errors for one in results[name]):
            sys.exit(f"{name}: some answers were no redirect")
    ours = list(medians.values())[1:]
    if len(ours) > 1:
        print(
            f"1,000,000 links against 1,000: {ours[1].load.rate / ours[0].load.rate:.2f} in"
            f" requests/s, {ours[0].cpu / ours[1].cpu:.2f} in CPU time"
        )


def median_of(samples: list[Sample]) -> Sample:
    """Return the median of every figure."""
    loads = [one.load for one in samples]
    return Sample(
        Load(
            count=0,
            rate=statistics.median(load.rate for load in loads),
            p50=statistics.median(load.p50 for load in loads),
            p99=statistics.median(load.p99 for load in loads),
            errors=0,
        ),
        statistics.median(one.cpu for one in samples),
    )


if __name__ == "__main__":
    main()

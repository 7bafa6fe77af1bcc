"""`kill -9` under load: how many answered taps are not recorded? There may be none.

    python benchmarks/kill.py [--kills 20]

The redirector is killed with 32 requests in flight, again and again; every answer the clients
got is compared with the journal's files, without PostgreSQL. The same is done to a journal that
answers first and writes 10 ms later, which must lose some, or the harness proves nothing.
Then the consumer is killed as often, between and within batches; nothing may be lost or double.
"""

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from parts import servers
from parts.clients import Clients
from parts.database import ROOT, make_links, prepare_database

PORT = 8474
CONNECTIONS = 32


def main() -> None:
    """Kill and count; exit 1 if a tap was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--lines", type=int, default=20_000, help="for the consumer's kills")
    options = parser.parse_args()
    try:
        servers.need("taskset")
    except servers.MissingProgramError as error:
        print(f"Not measured: {error}")
        return
    prepare_database()
    codes = make_links(host=f"127.0.0.1:{PORT}", count=100)
    with tempfile.TemporaryDirectory(prefix="textrail-bench-") as name:
        folder = Path(name)
        lost = kill_redirector(folder / "right", codes, options.kills, "config.wsgi:application")
        print(lost.said("written before the answer"))
        buffered = kill_redirector(folder / "wrong", codes, 5, "parts.buffered:application")
        print(buffered.said("buffered for 10 ms (must lose some)"))
        is_whole = kill_consumer(folder / "consumer", codes, options.kills, options.lines)
    sys.exit(0 if lost.lost == 0 and buffered.lost > 0 and is_whole else 1)


class Tally:
    """What the clients were answered, against what the files hold."""

    def __init__(self) -> None:
        self.kills = self.answered = self.recorded = self.lost = 0

    def said(self, name: str) -> str:
        """Return the count in one line."""
        return (
            f"{name}: {self.kills} kills, {self.answered:,} answered, {self.recorded:,} recorded,"
            f" answered - recorded = {self.lost}"
        )


def kill_redirector(folder: Path, codes: list[str], kills: int, application: str) -> Tally:
    """Kill the server under load and compare, as often as asked."""
    tally = Tally()
    environment = servers.lean_environment(folder, PYTHONPATH=str(ROOT / "benchmarks"))
    for _ in range(kills):
        with servers.running(servers.granian(PORT, application), variables=environment) as process:
            servers.wait_for(PORT, codes[0])
            clients = Clients(PORT, codes, connections=CONNECTIONS)
            time.sleep(random.uniform(0.3, 0.8))
            servers.kill(process)
            answered = clients.finish()
        recorded = read_click_ids(folder)
        tally.kills += 1
        tally.answered += len(answered)
        tally.recorded += len(recorded)
        tally.lost += len(answered - recorded)
        for file in folder.glob("*.journal"):
            file.unlink()
    return tally


def read_click_ids(folder: Path) -> set[str]:
    """Return the click ids of all complete lines."""
    found: set[str] = set()
    for file in folder.glob("*.journal"):
        lines = file.read_bytes().split(b"\n")[:-1]
        found.update(line.split(b"\t")[2].decode() for line in lines)
    return found


def kill_consumer(folder: Path, codes: list[str], kills: int, lines: int) -> bool:
    """Kill the consumer at random moments, let a last one finish, and count in PostgreSQL."""
    from django.db.models import Sum

    from tracking.models import Click, ClickTotal, Touchpoint
    from tracking.taps import read_journals

    write_journal(folder, codes, lines)
    done = 0
    for _ in range(kills):
        before = Click.objects.count()
        process = subprocess.Popen(
            [
                sys.executable, "manage.py", "consume_clicks",
                "--folder", str(folder), "--batch", "50",
            ],
            cwd=ROOT, env=os.environ, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        while Click.objects.count() == before and before < lines:
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        process.wait()
        done += Click.objects.count() < lines
    read_journals(folder=folder, now=datetime.now(UTC))
    clicks, touches = Click.objects.count(), Touchpoint.objects.count()
    counted = ClickTotal.objects.aggregate(total=Sum("human_count"))["total"]
    print(
        f"consumer: {kills} kills ({done} before the end), {lines:,} lines, {clicks:,} clicks,"
        f" {touches:,} touches, {counted:,} counted, files left: {len(list(folder.iterdir()))}"
    )
    return clicks == touches == counted == lines


def write_journal(folder: Path, codes: list[str], count: int) -> None:
    """Write a finished journal of people's taps."""
    from consume import lines

    from tracking.journal import Journal

    journal = Journal(folder=folder, sync_seconds=60, rotate_bytes=10**10, rotate_seconds=10**6)
    for line in lines(codes, [""] * count):
        journal.write(re.sub(rb"facebookexternalhit.*Twitterbot", b"Mozilla/5.0 (iPhone)", line))
    journal.close()


if __name__ == "__main__":
    main()

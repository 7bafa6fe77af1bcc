"""Taps from the journal into PostgreSQL, beside one bare COPY of the same rows.

    python benchmarks/consume.py [--taps 200000] [--rounds 3]

The base copies click rows into a table without index or key. The others read real journal
files: clicks only, the whole pipeline for taps of nobody known, and for taps of recipients who
were never seen before, so that each brings a person, two identities and an edge.
"""

import argparse
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from parts.database import make_links, prepare_database

BASE = "bare COPY, no index"
BATCH = 5000
AGENTS = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_{n} like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148",
    "Mozilla/5.0 (Linux; Android 14; Pixel {n}) AppleWebKit/537.36 Chrome/125.0.0.{n} Mobile",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:{n}.0) Gecko/20100101 Firefox/{n}.0",
    "facebookexternalhit/1.{n} Facebot Twitterbot/1.0",
)
TABLES = (
    "tracking_pendingchange, tracking_event, tracking_touchpoint, tracking_click,"
    " tracking_clicktotal, tracking_tapbreakdown, tracking_orphantotal, tracking_journalcursor, tracking_identityedge, tracking_identity,"
    " tracking_person"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--taps", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    prepare_database()
    from django.db import connection

    with connection.cursor() as cursor:
        # Only here: the base of every round is an empty table, which the ledger would refuse.
        cursor.execute("DROP FUNCTION IF EXISTS attribution_refuse_change() CASCADE")
    with tempfile.TemporaryDirectory(prefix="textrail-bench-") as folder:
        measure(Path(folder), options.taps, options.rounds)


def measure(folder: Path, taps: int, rounds: int) -> None:
    """Run the subjects in turn, as often as asked."""
    codes = make_links(host="go.example.com", count=1000)
    suffixes = make_recipients(codes, taps)
    subjects: dict[str, Callable[[], float]] = {
        BASE: lambda: bare_copy(taps),
        "clicks only": lambda: clicks_only(folder, codes, taps),
        "whole pipeline, nobody known": lambda: pipeline(folder, codes, [""] * taps),
        "whole pipeline, new recipients": lambda: pipeline(folder, codes, suffixes),
    }
    seconds: dict[str, list[float]] = {name: [] for name in subjects}
    work: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            empty()
            before = cpu_seconds()
            seconds[name].append(subject())
            work[name].append(cpu_seconds() - before - _prepared.pop())
    base, base_work = (statistics.median(each[BASE]) for each in (seconds, work))
    print(f"{'':34}{'rows/s':>10}{'of COPY':>9}{'CPU µs':>9}{'of COPY':>9}   rounds")
    for name, found in seconds.items():
        took, used = statistics.median(found), statistics.median(work[name])
        each = " ".join(f"{taps / one:,.0f}" for one in found)
        print(
            f"{name:34}{taps / took:10,.0f}{base / took:9.3f}{used / taps * 1e6:9.1f}"
            f"{base_work / used:9.3f}   {each}"
        )


_prepared: list[float] = []
"""The CPU time of making rows or a journal, which is not measured."""


def cpu_seconds() -> float:
    """Return the CPU time of this process and its PostgreSQL: other work on the machine is not in it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        found = cursor.fetchone()
    stat = Path(f"/proc/{found[0]}/stat").read_text().rpartition(")")[2].split()
    return time.process_time() + (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def preparing() -> Iterator[None]:
    """Leave this block's CPU time out of the figures."""
    begin = time.process_time()
    yield
    _prepared.append(time.process_time() - begin)


def make_recipients(codes: list[str], count: int) -> list[str]:
    """Give the links as many recipients as there are taps; tap n is on link n modulo 1,000."""
    from django.db import connection
    from django.utils import timezone

    from campaigns.public_ids import new_id
    from links.codes import random_suffixes
    from links.models import Link

    ids = dict(Link.objects.values_list("code", "pk"))
    suffixes = list(dict.fromkeys(random_suffixes(count + 1000)))[:count]
    columns = "id, link_id, suffix, phone, phone_hash, email, external_id, name, created_at"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY links_recipientlink ({columns}) FROM STDIN") as copy,
    ):
        for number, suffix in enumerate(suffixes):
            link_id = ids[codes[number % len(codes)]]
            phone = f"+1{2_015_550_000 + number}"
            row = (new_id(), link_id, suffix, phone, phone, "", "", "", timezone.now())
            copy.write_row(row)
    return suffixes


def empty() -> None:
    """Begin with nothing read."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
        cursor.execute("DROP TABLE IF EXISTS bare")
        cursor.execute("CREATE TABLE bare (LIKE tracking_click)")
        cursor.execute("CHECKPOINT")


def bare_copy(taps: int) -> float:
    """Return the seconds of one COPY of ready rows."""
    from django.db import connection

    from campaigns.public_ids import new_id

    now = datetime.now(UTC)
    with preparing():
        rows = [
            (
                new_id(), now, "redirected", None, None, "go.example.com", "/k7Qm2Xa", "", "GET",
                "a" * 32, AGENTS[number % 4].format(n=number % 50), "", "DE", "phone", "iOS",
                "Safari", "likely", "browser",
            )
            for number in range(taps)
        ]  # fmt: skip
    columns = (
        "id, occurred_at, answer, link_id, recipient_id, host, path, query, method, address_hash,"
        " user_agent, referrer, country, device, os, browser, grade, reason"
    )
    start = time.perf_counter()
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY bare ({columns}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)
    return time.perf_counter() - start


def lines(codes: list[str], suffixes: list[str]) -> Iterator[bytes]:
    """Yield journal lines, a second apart, so that no recipient's tap looks like a repeat."""
    from campaigns.public_ids import encode_id, new_id
    from links.models import Link
    from tracking.journal_lines import format_tap

    ids = {code: pk.hex for code, pk in Link.objects.values_list("code", "pk")}
    begin = time.time_ns() // 1000
    for number, suffix in enumerate(suffixes):
        code = codes[number % len(codes)]
        yield format_tap(
            str(begin + number * 1000), encode_id(new_id()), "r", "GET", ids[code],
            "go.example.com", f"/{code}{suffix}", "", f"{number:032x}",
            AGENTS[number % 4].format(n=number % 50), "", "", "",
        )  # fmt: skip


def write(folder: Path, codes: list[str], suffixes: list[str]) -> None:
    """Write a finished journal."""
    from tracking.journal import Journal

    journal = Journal(folder=folder, sync_seconds=60, rotate_bytes=10**10, rotate_seconds=10**6)
    for line in lines(codes, suffixes):
        journal.write(line)
    journal.close()


def clicks_only(folder: Path, codes: list[str], taps: int) -> float:
    """Return the seconds of reading, parsing and inserting clicks with the file's offset."""
    from django.db import transaction

    from tracking.journal import readers
    from tracking.journal_lines import parse_line
    from tracking.models import JournalCursor
    from tracking.pipeline import Tap
    from tracking.tap_rows import insert_clicks

    with preparing():
        write(folder, codes, [""] * taps)
    (reader,) = readers(folder)
    cursor = JournalCursor.objects.create(file=reader.name, read_at=datetime.now(UTC))
    start = time.perf_counter()
    while (batch := reader.read(position=cursor.position, limit=BATCH)).lines:
        with transaction.atomic():
            insert_clicks([Tap(parse_line(line)) for line in batch.lines])  # type: ignore[arg-type]
            cursor.position = batch.position
            cursor.save(update_fields=["position"])
    seconds = time.perf_counter() - start
    reader.remove_if_done(position=cursor.position)
    return seconds


def pipeline(folder: Path, codes: list[str], suffixes: list[str]) -> float:
    """Return the seconds from the journal to clicks, touches, people and totals."""
    from tracking.taps import read_journals

    with preparing():
        write(folder, codes, suffixes)
    start = time.perf_counter()
    result = read_journals(folder=folder, now=datetime.now(UTC), batch=BATCH)
    seconds = time.perf_counter() - start
    if result.click_count != len(suffixes):
        raise RuntimeError(f"{result.click_count} of {len(suffixes)} taps were read")
    return seconds


if __name__ == "__main__":
    main()

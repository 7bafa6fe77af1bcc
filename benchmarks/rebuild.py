"""How long a rebuild of all credit takes, as ratios to a bare COPY of the ledger rows it writes.

    python benchmarks/rebuild.py                         20,000 won deals with eight touches each
    python benchmarks/rebuild.py --deals 125000 --workers 1,2     1,000,000 touches

Each number of workers starts from the same facts, in a database of its own. The bare COPY, of the
same rows in the same format into a table without any index, is the median of three rounds. A
worker's peak of memory is what the kernel says of its process.
"""

import argparse
import os
import statistics
import sys
import time
from typing import Any

from parts.database import prepare_database, use_copy

ROUNDS = 3
TOUCHES = 8
COLUMNS_OF = "SELECT column_name FROM information_schema.columns WHERE table_name = %s"


def make_facts(deal_count: int) -> None:
    """Make won deals, each of one person with eight touches of many channels, by set-based SQL."""
    from django.db import connection

    rows = _templates()
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE TABLE bench_ids AS
            SELECT n, uuidv7() AS person, uuidv7() AS identity, uuidv7() AS contact, uuidv7() AS deal
            FROM generate_series(1, %s) AS n
            """,
            [deal_count],
        )
        channels = "(SELECT array_agg(id) FROM campaigns_channel WHERE slug <> 'direct')"
        cursor.execute(f"CREATE TABLE bench_channels AS SELECT {channels} AS ids")
        for table, template, changes, source in _inserts(rows):
            cursor.execute(COLUMNS_OF, [table])
            names = [name for (name,) in cursor.fetchall()]
            values = ", ".join(changes.get(name, f't."{name}"') for name in names)
            columns = ", ".join(f'"{name}"' for name in names)
            cursor.execute(
                f"INSERT INTO {table} ({columns}) SELECT {values} FROM {table} t, {source} "
                "WHERE t.id = %s",
                [template],
            )
        cursor.execute("DROP TABLE bench_ids, bench_channels")
        cursor.execute("DELETE FROM tracking_pendingchange")
        cursor.execute("ANALYZE")


def _inserts(rows: dict[str, Any]) -> list[tuple[str, Any, dict[str, str], str]]:
    """Return for each table its template row, the columns that differ, and the rows to make."""
    ids = "bench_ids s"
    return [
        ("tracking_person", rows["person"], {"id": "s.person"}, ids),
        (
            "tracking_identity",
            rows["identity"],
            {"id": "s.identity", "person_id": "s.person", "value": "'p' || s.n || '@example.com'"},
            ids,
        ),
        (
            "crm_sync_contact",
            rows["contact"],
            {"id": "s.contact", "identity_id": "s.identity", "external_id": "s.n::text"},
            ids,
        ),
        (
            "crm_sync_deal",
            rows["deal"],
            {"id": "s.deal", "external_id": "s.n::text", "amount_minor": "10000 + 7 * s.n"},
            ids,
        ),
        (
            "crm_sync_dealcontact",
            rows["link"],
            {"id": "uuidv7()", "deal_id": "s.deal", "contact_id": "s.contact"},
            ids,
        ),
        (
            "tracking_touchpoint",
            rows["touch"],
            {
                "id": "uuidv7()",
                "identity_id": "s.identity",
                "channel_id": "c.ids[1 + (s.n + step) %% least(12, cardinality(c.ids))]",
                "occurred_at": "t.occurred_at - make_interval(days => 8 * step, secs => s.n)",
            },
            f"{ids}, bench_channels c, generate_series(0, {TOUCHES - 1}) AS step",
        ),
    ]


def _templates() -> dict[str, Any]:
    """Make one row of each table, which belongs to no deal that counts, and return their ids."""
    from datetime import UTC, datetime, timedelta

    from campaigns.models import Channel
    from crm_sync.models import Connection, Contact, Deal, DealContact, Pipeline, Stage
    from tracking.models import Identity, Person, Touchpoint

    now = datetime(2026, 6, 1, tzinfo=UTC)
    crm = Connection.objects.create(slug="bench", name="Bench", provider="csv_file")
    pipeline = Pipeline.objects.create(connection=crm, external_id="p", name="P")
    stage = Stage.objects.create(pipeline=pipeline, external_id="w", name="Won", outcome="won")
    person = Person.objects.create(created_at=now)
    identity = Identity.objects.create(
        person=person, kind="email", value="template@example.com", first_seen_at=now
    )
    contact = Contact.objects.create(connection=crm, external_id="t", identity=identity)
    deal = Deal.objects.create(
        connection=crm, external_id="t", name="Deal", stage=stage, outcome="won",
        amount_minor=10_000, currency="USD",
        deal_created_at=now - timedelta(days=20), closed_at=now,
    )  # fmt: skip
    touch = Touchpoint.objects.create(
        identity=identity, kind="tap", channel=Channel.objects.get(slug="sms"),
        occurred_at=now - timedelta(days=21), rule_set_version="bench",
    )  # fmt: skip
    link = DealContact.objects.create(deal=deal, contact=contact)
    made = {"person": person, "identity": identity, "contact": contact, "deal": deal}
    return {name: row.pk for name, row in {**made, "link": link, "touch": touch}.items()}


def rebuild(workers: int) -> tuple[float, int]:
    """Rebuild with some processes; return the seconds and the largest peak of memory, in KiB."""
    from django.db import connection
    from django.utils import timezone

    from attribution.rebuilding import start_rebuild, take_parts

    began = time.perf_counter()
    running = start_rebuild(now=timezone.now())
    connection.close()
    children = []
    for _ in range(workers):
        child = os.fork()
        if not child:
            take_parts(running, clock=timezone.now)
            os._exit(0)
        children.append(child)
    ends = [os.wait4(child, 0) for child in children]
    took = time.perf_counter() - began
    assert all(status == 0 for _, status, _ in ends), "a worker failed"
    return took, max(usage.ru_maxrss for _, _, usage in ends)


def bare_copy() -> tuple[float, int]:
    """Return the seconds of a COPY of the ledger's rows into a table without any index, and their number."""
    from django.db import connection

    with connection.cursor() as cursor:
        with cursor.copy("COPY attribution_creditentry TO STDOUT") as copy:
            data = b"".join(bytes(part) for part in copy)
        cursor.execute("CREATE TABLE bare (LIKE attribution_creditentry)")
        began = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN") as copy:
            copy.write(data)
        took = time.perf_counter() - began
        cursor.execute("DROP TABLE bare")
    return took, data.count(b"\n")


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--deals", type=int, default=20_000)
    parser.add_argument("--workers", default="1,2", help="numbers of processes, with commas")
    options = parser.parse_args()
    prepare_database()
    began = time.perf_counter()
    make_facts(options.deals)
    facts = os.environ["DATABASE_URL"]
    print(
        f"{options.deals:,} won deals, {TOUCHES * options.deals:,} touches, "
        f"made in {time.perf_counter() - began:.0f} s",
        flush=True,
    )
    for workers in map(int, options.workers.split(",")):
        os.environ["DATABASE_URL"] = facts
        use_copy(f"textrail_benchmark_{workers}")
        took, peak = rebuild(workers)
        copies = [bare_copy() for _ in range(ROUNDS)]
        bare, rows = statistics.median(seconds for seconds, _ in copies), copies[0][1]
        again, _ = rebuild(workers)
        print(
            f"{workers} {'worker' if workers == 1 else 'workers'}: {rows:,} ledger rows in {took:.1f} s "
            f"· bare COPY {bare:.2f} s · {took / bare:.1f} × · peak {peak / 1024:,.0f} MiB a worker "
            f"· a rebuild that finds nothing to post {again:.1f} s",
            flush=True,
        )


if __name__ == "__main__":
    sys.exit(main())

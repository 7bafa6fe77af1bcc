"""How long credit takes, as ratios measured side by side in one run.

    python benchmarks/credit.py             the rules, over 1,000,000 touches
    python benchmarks/credit.py --rebuild   rebuild against a bare COPY, in a database of its own

The first part needs no database. Its figures are medians of three interleaved rounds, in processor
seconds of the one core it uses, so that other work on the machine distorts them less.
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from attribution.allocation import divide
from attribution.journeys import DAY, Journeys, Members, Outcomes, Touches, eligible_journeys
from attribution.weights import touch_weights, weighting

ROUNDS = 3
RULES: dict[str, dict[str, object]] = {
    "first": {}, "last": {}, "last_non_direct": {}, "linear": {},
    "time_decay": {"half_life_days": 30}, "position": {}, "w": {}, "full_path": {},
}  # fmt: skip


def synthetic(touch_count: int, deal_count: int) -> tuple[Touches, Outcomes, Members]:
    """Return touches spread at random over deals of one person each; seeded."""
    random = np.random.default_rng(2026)
    times = random.integers(0, 90 * DAY, touch_count)
    zeros = np.zeros(touch_count, np.int64)
    touches = Touches(
        person=random.integers(0, deal_count, touch_count),
        time=times,
        grade=zeros,
        priority=zeros,
        id_high=random.integers(0, 2**63, touch_count, np.uint64),
        id_low=np.arange(touch_count, dtype=np.uint64),
        click=np.full(touch_count, -1),
        kind=zeros,
        is_excluded=np.zeros(touch_count, bool),
        is_direct=random.random(touch_count) < 0.2,
        channel=random.integers(0, 12, touch_count),
        campaign=np.full(touch_count, -1),
        channel_ids=tuple(f"channel-{n}" for n in range(12)),
        campaign_ids=(),
    )
    moments = random.integers(60 * DAY, 90 * DAY, (3, deal_count))
    outcomes = Outcomes(
        time=np.full(deal_count, 90 * DAY),
        lead_time=moments[0],
        opportunity_time=moments[1],
    )
    everybody = np.arange(deal_count)
    return touches, outcomes, Members(outcome=everybody, person=everybody)


def medians(tasks: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the median processor seconds of each task over interleaved rounds."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for _ in range(ROUNDS):
        for name, task in tasks.items():
            start = time.process_time()
            task()
            seconds[name].append(time.process_time() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


def measure_rules(touch_count: int, deal_count: int) -> None:
    """Print what each rule costs beside one sort of the touches."""
    touches, outcomes, members = synthetic(touch_count, deal_count)
    amounts = np.random.default_rng(1).integers(0, 10_000_000, deal_count)
    counts = np.full(deal_count, 1_000_000)

    def journeys() -> Journeys:
        return eligible_journeys(
            touches=touches, outcomes=outcomes, members=members, lookback_days=90
        )

    eligible = journeys()

    def run(kind: str) -> Callable[[], object]:
        rule = weighting(kind=kind, parameters=RULES[kind])

        def divided() -> None:
            weights = touch_weights(
                weighting=rule, journeys=eligible, touches=touches, outcomes=outcomes
            )
            money = divide(amounts=amounts, start=eligible.start, weights=weights)
            divide(amounts=counts, start=eligible.start, weights=weights)
            assert money.sum() == amounts[eligible.lengths > 0].sum()

        return divided

    tasks: dict[str, Callable[[], object]] = {"one np.sort": lambda: np.sort(touches.time)}
    tasks["journeys (once for all rules)"] = journeys
    tasks |= {kind: run(kind) for kind in RULES}
    found = medians(tasks)
    limit = found["one np.sort"]
    print(f"{touch_count:,} touches over {deal_count:,} deals; amount and count of every touch")
    for name, seconds in found.items():
        print(f"{name:32} {seconds * 1000:8.1f} ms   {seconds / limit:6.2f} × one np.sort")


def measure_rebuild(deal_count: int) -> None:
    """Print what a rebuild costs beside a bare COPY of the ledger rows it writes."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    from django.db import connection

    connection.creation.create_test_db(verbosity=0, serialize=False)
    try:
        _rebuild_and_copy(deal_count)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def _rebuild_and_copy(deal_count: int) -> None:
    from django.db import connection
    from django.utils import timezone

    from attribution.services import rebuild_credit

    _make_facts(deal_count)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    start = time.perf_counter()
    rebuilt = rebuild_credit(clock=timezone.now)
    took = time.perf_counter() - start
    start = time.perf_counter()
    again = rebuild_credit(clock=timezone.now)
    again_took = time.perf_counter() - start
    assert again.entry_count == 0
    bare = statistics.median(_bare_copy() for _ in range(ROUNDS))
    print(
        f"{deal_count:,} won deals, {rebuilt.entry_count:,} ledger rows under six rules\n"
        f"rebuild {took:.1f} s · bare COPY of the rows {bare:.2f} s · {took / bare:.1f} ×\n"
        f"rebuild that finds nothing to post {again_took:.1f} s"
    )


def _make_facts(deal_count: int) -> None:
    """Make won deals, each of one person with eight touches."""
    from datetime import UTC, datetime, timedelta

    from campaigns.models import Channel
    from crm_sync.models import Connection, Contact, Deal, DealContact, Pipeline, Stage
    from tracking.models import Identity, Person, Touchpoint

    now = datetime(2026, 6, 1, tzinfo=UTC)
    crm = Connection.objects.create(slug="bench", name="Bench", provider="csv_file")
    pipeline = Pipeline.objects.create(connection=crm, external_id="p", name="P")
    stage = Stage.objects.create(pipeline=pipeline, external_id="w", name="Won", outcome="won")
    channels = list(Channel.objects.exclude(slug="direct")[:12])
    people = [Person(created_at=now) for _ in range(deal_count)]
    identities = [
        Identity(person=person, kind="email", value=f"p{n}@example.com", first_seen_at=now)
        for n, person in enumerate(people)
    ]
    contacts = [
        Contact(connection=crm, external_id=str(n), identity=identity)
        for n, identity in enumerate(identities)
    ]
    deals = [
        Deal(
            connection=crm, external_id=str(n), name=f"Deal {n}", stage=stage, outcome="won",
            amount_minor=10_000 + 7 * n, currency="USD",
            deal_created_at=now - timedelta(days=20), closed_at=now,
        )
        for n in range(deal_count)
    ]  # fmt: skip
    touches = [
        Touchpoint(
            identity=identity, kind="tap", channel=channels[(n + step) % 12],
            occurred_at=now - timedelta(days=21 + 8 * step, seconds=n), rule_set_version="bench",
        )
        for n, identity in enumerate(identities)
        for step in range(8)
    ]  # fmt: skip
    Person.objects.bulk_create(people, batch_size=5000)
    Identity.objects.bulk_create(identities, batch_size=5000)
    Contact.objects.bulk_create(contacts, batch_size=5000)
    Deal.objects.bulk_create(deals, batch_size=5000)
    DealContact.objects.bulk_create(
        [DealContact(deal=d, contact=c) for d, c in zip(deals, contacts, strict=True)],
        batch_size=5000,
    )
    Touchpoint.objects.bulk_create(touches, batch_size=5000)


def _bare_copy() -> float:
    """Return the seconds of a COPY of the ledger's rows into a table without any index."""
    from django.db import connection

    with connection.cursor() as cursor:
        with cursor.copy("COPY attribution_creditentry TO STDOUT") as copy:
            data = b"".join(bytes(part) for part in copy)
        cursor.execute("CREATE TABLE bare (LIKE attribution_creditentry)")
        start = time.perf_counter()
        with cursor.copy("COPY bare FROM STDIN") as copy:
            copy.write(data)
        took = time.perf_counter() - start
        cursor.execute("DROP TABLE bare")
    return took


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rebuild", action="store_true", help="also measure a rebuild")
    parser.add_argument("--touches", type=int, default=1_000_000)
    parser.add_argument("--deals", type=int, default=125_000)
    parser.add_argument("--rebuild-deals", type=int, default=5_000)
    options = parser.parse_args()
    measure_rules(options.touches, options.deals)
    if options.rebuild:
        measure_rebuild(options.rebuild_deals)


if __name__ == "__main__":
    main()

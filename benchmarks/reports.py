"""What reports cost as traffic grows, and what one changed deal costs.

    python benchmarks/reports.py [--touches 1000000] [--rounds 7]

Measures every registered report and the dashboard over 100,000 touches; over `--touches` with the
same CRM; and over `--touches` with a CRM that has grown as much. Sends, links and days stay the
same. Then one deal changes, among few other deals and among many. `--touches 10000000` needs
about 20 GB of disk and an hour. Each figure is a median; the base stands beside it.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from parts.credit_facts import (
    STARTS,
    TOUCHES_EACH,
    add_outcomes,
    add_people,
    make_plan,
    person_with_deal,
)
from parts.database import prepare_database

SMALL = 100_000
NOW = STARTS + timedelta(days=200)


def days(first: int) -> dict[str, str]:
    """Return thirty days of the benchmark as a report's parameters."""
    starts_on = STARTS.date() + timedelta(days=first)
    return {"from": f"{starts_on}", "to": f"{starts_on + timedelta(days=29)}"}


QUERIES = {"": {}, " on 30 days": days(105), " by touch": days(35) | {"date_basis": "touch"}}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--touches", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    prepare_database()
    from django.test.utils import setup_test_environment

    setup_test_environment()
    make_plan()
    small, large = SMALL // TOUCHES_EACH, options.touches // TOUCHES_EACH
    add_people(0, small)
    add_outcomes(0, small)
    few = measured(options.rounds)
    few_deals = one_deal(options.rounds)
    add_people(small, large)
    vacuum()
    more_traffic = measured(options.rounds)
    add_outcomes(small, large)
    vacuum()
    more_deals = measured(options.rounds)
    many_deals = one_deal(options.rounds)
    print(f"{SMALL:,} touches | {options.touches:,}, same CRM | {options.touches:,}, grown CRM; ms")
    for name, base in few.items():
        same, grown = more_traffic[name], more_deals[name]
        print(
            f"{name:34} {base:8.1f} | {same:8.1f} {same / base:6.2f} × "
            f"| {grown:8.1f} {grown / base:6.2f} ×"
        )
    for name, found in (("few", few), ("same CRM", more_traffic), ("grown CRM", more_deals)):
        print(f"dashboard ÷ empty page, {name}: {found['dashboard'] / found['empty page']:.2f} ×")
    for title, figures in ((f"{small // 12:,} deals", few_deals), (f"{large // 12:,}", many_deals)):
        key = figures["primary-key SELECT"]
        print(f"one changed deal among {title}:")
        for name, seconds in figures.items():
            print(f"  {name:32} {seconds * 1000:8.2f} ms {seconds / key:7.1f} × a SELECT by key")


def vacuum() -> None:
    """Leave the database as it is after a quiet night."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def measured(rounds: int) -> dict[str, float]:
    """Return the median milliseconds of every report and of the two pages."""
    tasks = {**report_tasks(), **page_tasks()}
    return {name: 1000 * seconds for name, seconds in interleaved(tasks, rounds).items()}


def report_tasks() -> dict[str, Callable[[], object]]:
    """Return a task per registered report and question it takes."""
    from attribution.reports.query import InvalidReportQueryError
    from attribution.reports.registry import REPORTS, build_report

    tasks: dict[str, Callable[[], object]] = {}
    for name in REPORTS:
        for label, params in QUERIES.items():
            task = lambda name=name, params=params: build_report(name, params, now=NOW)  # noqa: E731
            try:
                task()
            except InvalidReportQueryError:
                continue  # a switch this report does not have
            tasks[name + label] = task
    return tasks


def page_tasks() -> dict[str, Callable[[], object]]:
    """Return the dashboard and an empty change list, as a signed-in person asks for them."""
    from django.contrib.auth.models import User
    from django.test import Client

    user, _ = User.objects.get_or_create(username="bench", is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(user)

    def page(path: str) -> Callable[[], object]:
        def ask() -> None:
            assert client.get(path).status_code == 200, path

        return ask

    return {"empty page": page("/admin/attribution/period/"), "dashboard": page("/admin/")}


def one_deal(rounds: int) -> dict[str, float]:
    """Return the median seconds from a changed deal to the reports' figure, and of its parts."""
    from django.db import transaction

    from attribution.reports.credit import credit_cells
    from attribution.reports.query import ReportQuery
    from attribution.reports.scope import scope_of
    from attribution.services import settle_changes
    from crm_sync.models import Deal
    from tracking.changes import note_changes
    from tracking.models import PendingChange

    deal = Deal.objects.get(pk=person_with_deal(12))

    def key() -> None:
        Deal.objects.get(pk=deal.pk)

    def change() -> None:
        deal.amount_minor += 100
        with transaction.atomic():
            deal.save(update_fields=["amount_minor"])
            note_changes(
                subject=PendingChange.Subject.DEAL, ids=[deal.pk], cause="deal_changed", now=NOW
            )

    def settle() -> None:
        assert settle_changes(now=datetime.now(UTC)) == 1

    def figure() -> None:
        scope = scope_of(ReportQuery(), now=NOW)
        credit_cells(scope, scope.rule, by="send", basis="outcome")

    tasks = {
        "primary-key SELECT": key, "change noted": change, "settled": settle, "figure read": figure,
    }  # fmt: skip
    found = interleaved(tasks, 3 * rounds)
    found["settled and read"] = found["settled"] + found["figure read"]
    return found


def interleaved(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median seconds of tasks that run in turn, after one round unmeasured."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return {name: statistics.median(each) for name, each in seconds.items()}


if __name__ == "__main__":
    main()

"""A superuser who switches the triggers off leaves traces, whatever is changed."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from attribution.period_locks import lock_period
from attribution.verification import verify_ledger
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    settle,
)

pytestmark = pytest.mark.django_db
TABLES = ("attribution_creditentry", "attribution_creditbatch", "attribution_period")

A_WIN = """
    id = (SELECT e.id FROM attribution_creditentry e
          JOIN attribution_outcome o ON o.id = e.outcome_id AND o.kind = 'win'
          JOIN attribution_creditrule r ON r.id = e.rule_id AND r.slug = 'linear'
          WHERE e.bucket = '{bucket}' ORDER BY e.id LIMIT 1)
"""


@pytest.fixture(autouse=True)
def _books() -> None:
    """Three batches: a won deal with a touch, one without anybody, and a lead."""
    ann = make_identity()
    a_tap(ann, days=20)
    a_deal(won=1, people=(ann,))
    settle()
    a_deal(won=2)
    settle()
    a_lead(ann, value_minor=7, currency="USD")
    settle()
    assert verify_ledger() == []


@contextmanager
def without_triggers() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def run(statement: str) -> set[str]:
    """Do something behind the ledger's back; return what the proof then complains of."""
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert cursor.rowcount > 0
    return {problem.code for problem in verify_ledger()}


def drop_constraints(table: str) -> None:
    """Take away what would refuse the change before the proof can see it."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = %s::regclass AND contype IN "
            "('f', 'u', 'c')",
            [table],
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


@pytest.mark.parametrize(
    ("column", "value", "bucket"),
    [
        ("id", "gen_random_uuid()", "attributed"),
        (
            "line",
            "1000, batch_id = (SELECT id FROM attribution_creditbatch WHERE number = 3)",
            "attributed",
        ),
        ("line", "line + 100", "attributed"),
        ("outcome_id", "(SELECT id FROM attribution_outcome WHERE kind = 'lead')", "attributed"),
        ("rule_id", "(SELECT id FROM attribution_creditrule WHERE slug = 'last')", "attributed"),
        ("touch_id", "gen_random_uuid()", "attributed"),
        ("bucket", "'excluded'", "unattributed"),
        ("reason", "'no_touches'", "unattributed"),
        ("amount_minor", "amount_minor + 1", "attributed"),
        ("count_micro", "count_micro - 1", "attributed"),
        ("channel_id", "NULL", "attributed"),
        ("campaign_id", "gen_random_uuid()", "attributed"),
        ("send_id", "gen_random_uuid()", "attributed"),
        ("message_id", "gen_random_uuid()", "attributed"),
        ("link_id", "gen_random_uuid()", "attributed"),
        ("touch_date", "touch_date - 1", "attributed"),
        ("outcome_date", "outcome_date - 1", "attributed"),
        ("rate", "rate + 0.0000000001", "attributed"),
        ("rate", "NULL", "attributed"),
        ("is_restatement", "NOT is_restatement", "attributed"),
    ],
)
def test_a_change_in_any_column_of_an_entry_is_found(column: str, value: str, bucket: str) -> None:
    table = "attribution_creditentry"

    assert "hash_differs" in run(
        f"UPDATE {table} SET {column} = {value} WHERE {A_WIN.format(bucket=bucket)}"
    )


def test_a_reason_that_does_not_exist_is_found() -> None:
    where = A_WIN.format(bucket="unattributed")
    found = run(f"UPDATE attribution_creditentry SET reason = 'because' WHERE {where}")

    assert {"entry_unreadable", "hash_differs"} <= found


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", "gen_random_uuid()"),
        ("number", "20"),
        ("cause", "'identity'"),
        ("posted_at", "posted_at - interval '1 microsecond'"),
        ("entry_count", "entry_count + 1"),
        ("previous_hash", "repeat('0', 64)"),
        ("hash", "repeat('0', 64)"),
    ],
)
def test_a_change_in_any_column_of_a_batch_is_found(column: str, value: str) -> None:
    found = run(f"UPDATE attribution_creditbatch SET {column} = {value} WHERE number = 2")

    assert found & {"hash_differs", "chain_broken"}


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("rule_id", "(SELECT id FROM attribution_creditrule WHERE slug = 'last')"),
        ("grain", "'touch_day'"),
        ("kind", "'refund'"),
        ("bucket", "'excluded'"),
        ("reason", "'no_rate'"),
        ("channel_id", "NULL"),
        ("touch_date", "DATE '2020-01-01'"),
        ("outcome_date", "DATE '2020-01-01'"),
        ("amount_minor", "amount_minor + 1"),
        ("count_micro", "count_micro + 1"),
    ],
)
def test_a_change_in_any_column_of_a_running_sum_is_found(column: str, value: str) -> None:
    drop_constraints("attribution_credittotal")
    found = run(f"""
        UPDATE attribution_credittotal SET {column} = {value}
        WHERE grain = 'all' AND kind = 'win' AND bucket = 'attributed'
          AND rule_id = (SELECT id FROM attribution_creditrule WHERE slug = 'first')
    """)

    assert "total_differs" in found


@pytest.mark.parametrize("column", ["campaign_id", "send_id", "message_id", "link_id"])
def test_a_running_sum_moved_to_another_row_is_found(column: str) -> None:
    drop_constraints("attribution_credittotal")
    found = run(f"UPDATE attribution_credittotal SET {column} = gen_random_uuid()")

    assert "total_differs" in found


def test_an_inserted_entry_is_found() -> None:
    columns = """outcome_id, rule_id, touch_id, bucket, reason, amount_minor, count_micro,
        channel_id, campaign_id, send_id, message_id, link_id, touch_date, outcome_date, rate,
        is_restatement, batch_id"""
    found = run(f"""
        INSERT INTO attribution_creditentry (id, line, {columns})
        SELECT gen_random_uuid(), 999, {columns} FROM attribution_creditentry WHERE line = 1
    """)

    assert {"entries_missing", "hash_differs", "credit_differs", "total_differs"} <= found


def test_a_deleted_entry_is_found() -> None:
    found = run(f"DELETE FROM attribution_creditentry WHERE {A_WIN.format(bucket='attributed')}")

    assert {"entries_missing", "hash_differs", "credit_differs", "total_differs"} <= found


def test_swapped_lines_are_found() -> None:
    found = run("""
        UPDATE attribution_creditentry SET line = 1000 - line
        WHERE batch_id = (SELECT id FROM attribution_creditbatch WHERE number = 1)
    """)

    assert found == {"hash_differs"}


def test_entries_swapped_between_batches_are_found() -> None:
    found = run("""
        UPDATE attribution_creditentry e SET batch_id = other.id, line = 1000 + line
        FROM attribution_creditbatch mine, attribution_creditbatch other
        WHERE mine.id = e.batch_id AND mine.number + other.number = 3 AND e.line = 1
    """)

    assert found == {"hash_differs"}


def test_the_last_batch_removed_with_all_its_entries_is_found() -> None:
    found = run("""
        DELETE FROM attribution_creditentry
        WHERE batch_id = (SELECT id FROM attribution_creditbatch WHERE number = 3);
        DELETE FROM attribution_creditbatch WHERE number = 3
    """)

    assert {"credit_differs", "sum_differs", "total_differs"} <= found


def test_a_batch_removed_without_its_entries_is_found() -> None:
    found = run("DELETE FROM attribution_creditbatch WHERE number = 3")

    assert "reference_missing" in found


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE attribution_period SET locked_at = locked_at + interval '1 day'",
        "UPDATE attribution_period SET starts_on = ends_on",
        "DELETE FROM attribution_period",
    ],
)
def test_a_lock_that_was_moved_or_lifted_is_found(statement: str) -> None:
    deal = a_deal(amount_minor=100_00, created=5)
    settle()
    lock_period(starts_on=days_ago(5).date(), ends_on=days_ago(4).date(), by=None, now=NOW)
    change_deal(deal, amount_minor=130_00)
    assert verify_ledger() == []

    assert run(statement) == {"restatement_differs"}

"""Marks the touches of own staff and of tests, and unmarks them. One statement for many people.

Always: mark in the transaction that writes a touch or moves it to another person. Whoever marks
holds the shared lock to the end of the transaction and whoever changes the list the exclusive
one, so that a touch written meanwhile is not missed.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

from tracking.models import TrafficExclusion

LOCK = 0x7E57_0002
"""The PostgreSQL advisory lock of the list of exclusions."""

# Staff stands before test where both fit. What a machine made stays a machine's.
_MARK = """
    UPDATE tracking_touchpoint touch SET exclusion = found.wanted
    FROM (
        SELECT t.id, coalesce((
            SELECT x.reason FROM tracking_trafficexclusion x
            WHERE (x.starts_at IS NULL OR t.occurred_at >= x.starts_at)
              AND (x.ends_at IS NULL OR t.occurred_at < x.ends_at)
              AND CASE x.kind
                WHEN 'address' THEN EXISTS (
                    SELECT FROM tracking_click c WHERE c.id = t.click_id AND c.address_hash = x.value)
                WHEN 'email_domain' THEN EXISTS (
                    SELECT FROM tracking_identity m WHERE m.person_id = i.person_id
                    AND m.kind = 'email' AND split_part(m.value, '@', 2) = x.value)
                ELSE EXISTS (
                    SELECT FROM tracking_identity m WHERE m.person_id = i.person_id
                    AND m.kind = x.kind AND m.value = x.value)
                END
            ORDER BY x.reason LIMIT 1
        ), '') AS wanted, i.person_id
        FROM tracking_touchpoint t JOIN tracking_identity i ON i.id = t.identity_id
        WHERE i.person_id = ANY(%s) AND t.exclusion <> 'machine'
    ) found
    WHERE touch.id = found.id AND touch.exclusion <> found.wanted
    RETURNING found.person_id
"""


def hold_list() -> None:
    """Wait until nobody marks, and keep others from marking until this transaction ends."""
    _lock("pg_advisory_xact_lock")


def mark_touches(person_ids: Collection[UUID]) -> set[UUID]:
    """Mark these people's touches as the list says; return the people whose touches changed.

    Three queries, two while the list is empty. Call inside a transaction and note the people.
    """
    if not person_ids:
        return set()
    _lock("pg_advisory_xact_lock_shared")
    if not TrafficExclusion.objects.exists():
        return set()
    return remark_touches(person_ids)


def remark_touches(person_ids: Collection[UUID]) -> set[UUID]:
    """Mark these people's touches although the list may be empty; for who holds the list."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, [sorted(person_ids)])
        rows: list[tuple[Any]] = cursor.fetchall()
    return {person for (person,) in rows}


def _lock(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s)", [LOCK])

"""Ids made in bulk are like the others: version 7, ordered by time, unique."""

from uuid import UUID

from attribution.bulk_ids import new_ids
from campaigns.public_ids import new_id


def test_they_are_version_7_uuids_of_now() -> None:
    before = new_id()
    ids = [UUID(bytes=raw.tobytes()) for raw in new_ids(50)]

    assert {(id_.version, id_.variant) for id_ in ids} == {(7, before.variant)}
    assert all(0 <= (id_.int >> 80) - (before.int >> 80) < 60_000 for id_ in ids)


def test_they_are_unique() -> None:
    assert len({raw.tobytes() for raw in new_ids(1000)}) == 1000


def test_none_are_none() -> None:
    assert len(new_ids(0)) == 0


def test_they_ascend() -> None:
    ids = [raw.tobytes() for raw in new_ids(1000)]

    assert ids == sorted(ids)

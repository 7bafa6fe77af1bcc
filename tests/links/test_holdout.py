"""Who is held out: a rule that anybody can recompute."""

import hashlib
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links.holdout import MOST_PERCENT, holdout_place, is_held_out
from links.version_split import version_for

SEND = UUID("0198f1c2-7a44-7c1e-9b5d-3f2a6d8e4c10")
OTHER = UUID("0198f1c2-7a44-7c1e-9b5d-3f2a6d8e4c11")
HASHES = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(4000)]
some_hashes = st.text("0123456789abcdef", min_size=64, max_size=64)


@pytest.mark.parametrize(("digit", "place"), [("0", 72), ("1", 80), ("a", 40), ("f", 49)])
def test_these_numbers_stand_in_these_places_for_ever(digit: str, place: int) -> None:
    assert holdout_place(digit * 64, SEND) == place


def test_the_worked_example_of_the_docs_is_true() -> None:
    """docs/links.md shows these very numbers."""
    command = "printf 'holdout' ; the id's bytes ; the hash"
    salted = b"holdout" + bytes.fromhex("0198f1c27a447c1e9b5d3f2a6d8e4c10") + b"0" * 64
    first = hashlib.sha256(salted).hexdigest()[:16]
    assert first == "b857d996341002dd", command
    assert int(first, 16) * 100 // 2**64 == 72 == holdout_place("0" * 64, SEND)


def test_nobody_is_held_out_of_a_send_without_a_holdout() -> None:
    assert not any(is_held_out(phone_hash, SEND, 0) for phone_hash in HASHES)


def test_about_as_many_are_held_out_as_was_asked() -> None:
    found = sum(is_held_out(phone_hash, SEND, 20) for phone_hash in HASHES)
    assert 700 < found < 900


@given(some_hashes, st.integers(0, MOST_PERCENT), st.integers(0, MOST_PERCENT))
def test_whoever_is_held_out_is_so_at_a_larger_share_too(
    phone_hash: str, one: int, other: int
) -> None:
    smaller, larger = sorted((one, other))
    assert is_held_out(phone_hash, SEND, larger) or not is_held_out(phone_hash, SEND, smaller)


def test_another_send_holds_out_other_people() -> None:
    both = sum(
        is_held_out(phone_hash, SEND, 20) and is_held_out(phone_hash, OTHER, 20)
        for phone_hash in HASHES
    )
    assert 100 < both < 220


def test_the_holdout_says_nothing_of_the_version() -> None:
    shares = {"version-a": 50, "version-b": 50}
    out = [phone_hash for phone_hash in HASHES if is_held_out(phone_hash, SEND, 50)]
    versions = Counter(version_for(phone_hash, SEND, shares) for phone_hash in out)
    assert abs(versions["version-a"] / len(out) - 0.5) < 0.05

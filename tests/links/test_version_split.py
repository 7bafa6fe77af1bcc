"""Who gets which version: a rule that anybody can recompute, and that keeps to the shares."""

import hashlib
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from links.version_split import NoSharesError, VersionSplit, version_for

SEND = UUID("0198f1c2-7a44-7c1e-9b5d-3f2a6d8e4c10")
SHARES = {"version-a": 50, "version-b": 30, "version-c": 20}
HASHES = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(4000)]

some_shares = st.dictionaries(
    st.sampled_from([f"version-{letter}" for letter in "abcde"]),
    st.integers(1, 100),
    min_size=1,
)
some_hashes = st.text("0123456789abcdef", min_size=64, max_size=64)


@pytest.mark.parametrize(
    ("digit", "version"),
    [
        ("0", "version-b"),
        ("1", "version-b"),
        ("2", "version-a"),
        ("4", "version-a"),
        ("c", "version-c"),
    ],
)
def test_these_numbers_get_these_versions_for_ever(digit: str, version: str) -> None:
    assert version_for(digit * 64, SEND, SHARES) == version


def test_the_rule_can_be_recomputed_from_its_description() -> None:
    for phone_hash in HASHES[:200]:
        digest = hashlib.sha256(SEND.bytes + phone_hash.encode()).hexdigest()
        place = int(digest[:16], 16) * 100 // 2**64
        by_hand = "version-a" if place < 50 else "version-b" if place < 80 else "version-c"
        assert version_for(phone_hash, SEND, SHARES) == by_hand


@given(phone_hash=some_hashes, shares=some_shares, send_id=st.uuids())
def test_it_names_a_version_of_the_send_whatever_the_order_they_come_in(
    phone_hash: str, shares: dict[str, int], send_id: UUID
) -> None:
    chosen = version_for(phone_hash, send_id, shares)
    assert chosen in shares
    assert chosen == version_for(phone_hash, send_id, dict(reversed(shares.items())))


@given(shares=some_shares, send_id=st.uuids())
def test_every_version_gets_its_share_of_the_people(shares: dict[str, int], send_id: UUID) -> None:
    split = VersionSplit(send_id, shares)
    counts = Counter(split.choose(phone_hash) for phone_hash in HASHES)
    for version, share in shares.items():
        expected = share / sum(shares.values())
        # Six standard deviations of 4,000 draws: no honest split ever leaves that
        allowed = 6 * (expected * (1 - expected) / len(HASHES)) ** 0.5
        assert counts[version] / len(HASHES) == pytest.approx(expected, abs=allowed + 1e-9)


@given(phone_hash=some_hashes, first=st.integers(1, 99), more=st.integers(0, 99))
def test_a_larger_share_of_the_first_version_takes_nobody_away_from_it(
    phone_hash: str, first: int, more: int
) -> None:
    def chosen(share: int) -> str:
        return version_for(phone_hash, SEND, {"version-a": share, "version-b": 100 - share})

    if chosen(first) == "version-a":
        assert chosen(min(first + more, 99)) == "version-a"


def test_another_send_divides_the_same_people_anew() -> None:
    other = UUID("0198f1c2-7a44-7c1e-9b5d-3f2a6d8e4c11")
    here, there = VersionSplit(SEND, SHARES), VersionSplit(other, SHARES)
    assert [here.choose(one) for one in HASHES] != [there.choose(one) for one in HASHES]


def test_a_version_without_a_share_gets_nobody() -> None:
    split = VersionSplit(SEND, {"version-a": 0, "version-b": 100})
    assert {split.choose(phone_hash) for phone_hash in HASHES} == {"version-b"}


@pytest.mark.parametrize("shares", [{}, {"version-a": 0}])
def test_without_any_share_there_is_nothing_to_choose(shares: dict[str, int]) -> None:
    with pytest.raises(NoSharesError, match="share"):
        version_for("0" * 64, SEND, shares)

"""Costs: segments × recipients × rate, divided to the last recipient, rounded once."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.costs import estimate, split_recipients
from campaigns.money import Money

SHORT = "Hi! {link} Reply STOP to opt out"
LONG = SHORT + " " + "x" * 130


def test_one_message_to_everybody() -> None:
    found = estimate([(SHORT, 100)], 1200, Decimal("0.0079"), "USD")
    assert found.segments == 1200
    assert found.total == Money(948, "USD")


def test_each_version_counts_its_own_segments() -> None:
    found = estimate([(SHORT, 75), (LONG, 25)], 1000, Decimal("0.01"), "USD")
    assert [(part.recipients, part.segments_each) for part in found.versions] == [
        (750, 1),
        (250, 2),
    ]
    assert found.segments == 1250
    assert found.total == Money(1250, "USD")


def test_the_link_is_counted_at_its_own_length() -> None:
    body = "x" * 125 + "{link}"
    assert estimate([(body, 100)], 1, None, "USD").segments == 2
    assert estimate([(body.replace("{link}", ""), 100)], 1, None, "USD").segments == 1
    assert estimate([(body, 100)], 1, None, "USD", link_length=35).segments == 1


def test_without_a_rate_there_are_segments_and_no_total() -> None:
    found = estimate([(SHORT, 100)], 10, None, "USD")
    assert (found.segments, found.total) == (10, None)


@pytest.mark.parametrize(
    ("rate", "currency", "minor"),
    [("0.005", "USD", 1), ("0.0049", "USD", 0), ("0.5", "JPY", 1), ("0.0125", "KWD", 13)],
)
def test_the_total_is_rounded_half_up_once(rate: str, currency: str, minor: int) -> None:
    assert estimate([(SHORT, 100)], 1, Decimal(rate), currency).total == Money(minor, currency)


def test_versions_are_rounded_together() -> None:
    halves = estimate([(SHORT, 50), (SHORT, 50)], 2, Decimal("0.005"), "USD")
    assert halves.total == Money(1, "USD")


def test_no_message_costs_nothing() -> None:
    assert estimate([], 500, Decimal("0.01"), "EUR").total == Money(0, "EUR")


def test_shares_of_zero_divide_evenly() -> None:
    assert split_recipients([0, 0], 5) == [3, 2]


def test_the_largest_remainder_gets_the_last_recipient() -> None:
    assert split_recipients([33, 33, 34], 100) == [33, 33, 34]
    assert split_recipients([10, 45, 45], 11) == [1, 5, 5]


@given(
    st.lists(st.integers(min_value=0, max_value=100), min_size=1, max_size=5),
    st.integers(min_value=0, max_value=10_000_000),
)
def test_parts_sum_to_the_whole_and_stay_within_one_of_their_share(
    shares: list[int], recipients: int
) -> None:
    parts = split_recipients(shares, recipients)
    assert sum(parts) == recipients
    whole = sum(shares) or len(shares)
    weights = shares if sum(shares) else [1] * len(shares)
    assert all(
        abs(part * whole - recipients * weight) < whole
        for part, weight in zip(parts, weights, strict=True)
    )

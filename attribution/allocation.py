"""Weights → exact whole amounts, by largest remainder with ties to the earlier part. Pure.

Many divisions at once, without a Python loop over rows and without rounding on the way: the
quotient `amount * weight / total` is first estimated in floating point, then made exact by its
remainder in 64-bit arithmetic. The estimate is off by a few units at most, so the remainder
`amount * weight - quotient * total` fits into 64 bits although its two products do not (they
wrap, and the wraps cancel). Limits: |amount| ≤ 10^15, total weight of a division < 2^60.
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

LARGEST_AMOUNT = 10**15
"""Minor units up to which a division is exact; a larger amount is refused."""

LARGEST_TOTAL = 2**60
"""The sum of a division's weights stays below this."""


class NotDivisibleError(ValueError):
    """An amount or a weight lies outside of what is divided exactly."""


def divide(*, amounts: Ints, start: Ints, weights: Ints) -> Ints:
    """Divide `amounts[i]` over the parts `start[i]` to `start[i + 1]` by their weights.

    Amounts are whole minor units (or millionths of an outcome) of any sign; a negative amount
    is divided as the mirror of the positive one. A division without parts gets nothing.

    Raises:
        NotDivisibleError: an amount beyond `LARGEST_AMOUNT`, a negative weight, or a division
            with parts whose weights sum to 0 or to `LARGEST_TOTAL` or more.
    """
    lengths = np.diff(start)
    filled = lengths > 0
    sizes, lengths = np.abs(amounts[filled]), lengths[filled]
    totals = _totals(sizes, lengths, weights)
    if not len(lengths):
        return np.zeros(0, np.int64)
    shares, remainders = _share(np.repeat(sizes, lengths), weights, np.repeat(totals, lengths))
    first = np.cumsum(lengths) - lengths
    missing = sizes - np.add.reduceat(shares, first)
    _give_one_more(shares, remainders, missing, first, lengths)
    is_negative = amounts[filled] < 0
    if is_negative.any():
        np.negative(shares, out=shares, where=np.repeat(is_negative, lengths))
    return shares


def _totals(sizes: Ints, lengths: Ints, weights: Ints) -> Ints:
    """Return the sum of weights of each division, after checking the limits."""
    first = np.cumsum(lengths) - lengths
    if not len(first):
        return np.zeros(0, np.int64)
    totals = np.add.reduceat(weights, first)
    # The sum in floating point cannot wrap, so it tells when the whole one did.
    largest = np.add.reduceat(weights.astype(np.float64), first).max()
    if sizes.max() > LARGEST_AMOUNT or weights.min() < 0:
        raise NotDivisibleError("An amount beyond 10^15 minor units or a negative weight.")
    if totals.min() <= 0 or largest >= LARGEST_TOTAL:
        raise NotDivisibleError("The weights of a division must sum to between 1 and 2^60.")
    return totals


def _share(sizes: Ints, weights: Ints, totals: Ints) -> tuple[Ints, Ints]:
    """Return the whole part and the remainder of `sizes * weights / totals`, exactly.

    Four roundings of 2^-53 on at most 10^15 keep the estimate within one of the quotient.
    """
    shares = (sizes * (weights / totals)).astype(np.int64)
    remainders = sizes * weights
    remainders -= shares * totals
    for is_off, step in ((remainders < 0, -1), (remainders >= totals, 1)):
        places = np.flatnonzero(is_off)
        shares[places] += step
        remainders[places] -= step * totals[places]
    return shares, remainders


def _give_one_more(
    shares: Ints, remainders: Ints, missing: Ints, first: Ints, lengths: Ints
) -> None:
    """Add 1 to the `missing` parts of each division with the largest remainders.

    Equal remainders need no ranking: the earliest parts get it. Others are ranked in one table
    for all divisions of a length.
    """
    is_open = missing > 0
    if not is_open.any():
        return
    are_equal = np.maximum.reduceat(remainders, first) == np.minimum.reduceat(remainders, first)
    place = np.arange(len(remainders)) - np.repeat(first, lengths)
    shares += place < np.repeat(np.where(are_equal, missing, 0), lengths)
    is_open &= ~are_equal
    for length in np.flatnonzero(np.bincount(lengths[is_open])).tolist():
        rows = np.flatnonzero(is_open & (lengths == length))
        places = first[rows, None] + np.arange(length)
        ranked = np.argsort(-remainders[places], axis=1, kind="stable")
        chosen = np.arange(length) < missing[rows, None]
        shares[np.take_along_axis(places, ranked, axis=1)[chosen]] += 1

"""Weights → exact whole amounts, by largest remainder with ties to the earlier part. Pure.

Many divisions at once, without a Python loop over rows and without rounding on the way: the
quotient `amount * weight / total` is first estimated in floating point, then made exact by its
remainder in 64-bit arithmetic. The estimate is off by a few units at most, so the remainder
`amount * weight - quotient * total` fits into 64 bits although its two products do not (they
wrap, and the wraps cancel). Limits: |amount| ≤ 10^15, total weight of a division < 2^60.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Ranks = NDArray[np.signedinteger[Any]]

LARGEST_AMOUNT = 10**15
"""Minor units up to which a division is exact; a larger amount is refused."""

LARGEST_TOTAL = 2**60
"""The sum of a division's weights stays below this."""

_EXACT_PRODUCT = 2**53
_COMPARED_PARTS = 20


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
    if not len(lengths):
        return np.zeros(0, np.int64)
    first = np.cumsum(lengths) - lengths
    totals = _totals(sizes, first, lengths, weights)
    if weights.min() == weights.max():
        shares = _equal_shares(sizes, first, lengths)
    elif np.count_nonzero(weights) * 2 < len(weights):
        shares = _shares_of_few(sizes, totals, first, weights)
    else:
        shares = _shares(sizes, totals, first, lengths, weights)
    is_negative = amounts[filled] < 0
    if is_negative.any():
        np.negative(shares, out=shares, where=np.repeat(is_negative, lengths))
    return shares


def _totals(sizes: Ints, first: Ints, lengths: Ints, weights: Ints) -> Ints:
    """Return the sum of weights of each division, after checking the limits."""
    if sizes.max() > LARGEST_AMOUNT or weights.min() < 0:
        raise NotDivisibleError("An amount beyond 10^15 minor units or a negative weight.")
    totals = np.add.reduceat(weights, first)
    if int(weights.max()) * int(lengths.max()) >= LARGEST_TOTAL:
        # The sum in floating point cannot wrap, so it tells when the whole one did.
        is_too_large = np.add.reduceat(weights.astype(np.float64), first).max() >= LARGEST_TOTAL
    else:
        is_too_large = False
    if totals.min() <= 0 or is_too_large:
        raise NotDivisibleError("The weights of a division must sum to between 1 and 2^60.")
    return totals


def _equal_shares(sizes: Ints, first: Ints, lengths: Ints) -> Ints:
    """Divide by equal weights: what is left over goes to the earliest parts."""
    whole = sizes // lengths
    shares = np.repeat(whole, lengths)
    left_over = sizes - whole * lengths
    return shares + (_places(first, lengths) < np.repeat(left_over, lengths))


def _shares_of_few(sizes: Ints, totals: Ints, first: Ints, weights: Ints) -> Ints:
    """Divide over the parts with a weight only: one without has no remainder and gets nothing."""
    weighty = np.flatnonzero(weights)
    lengths = np.diff(np.searchsorted(weighty, first), append=len(weighty))
    shares = np.zeros(len(weights), np.int64)
    begins = np.cumsum(lengths) - lengths
    shares[weighty] = _shares(sizes, totals, begins, lengths, weights[weighty])
    return shares


def _shares(sizes: Ints, totals: Ints, first: Ints, lengths: Ints, weights: Ints) -> Ints:
    """Divide by whole quotients, and give what is left over by largest remainder."""
    largest = max(int(sizes.max()) * int(weights.max()), int(totals.max()))
    exact = largest < _EXACT_PRODUCT
    share = _share_of_small if exact else _share
    shares, remainders = share(np.repeat(sizes, lengths), weights, np.repeat(totals, lengths))
    missing = sizes - np.add.reduceat(shares, first)
    _give_one_more(shares, remainders, missing, first, lengths)
    return shares


def _share_of_small(sizes: Ints, weights: Ints, totals: Ints) -> tuple[Ints, Ints]:
    """Return quotient and remainder where every product is below 2^53.

    Such a product is exact in floating point, and its rounded quotient reaches the next whole
    number only where the true one does: a gap of 1 / total is more than a rounding of 2^-53.
    """
    products = sizes * weights
    shares = (products / totals).astype(np.int64)
    return shares, products - shares * totals


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

    All divisions of a length are ranked together: short ones by comparing every two parts,
    which is a quarter of the work of sorting them.
    """
    is_open = missing > 0
    gets_more = np.zeros(len(shares), bool)
    for length in np.flatnonzero(np.bincount(lengths[is_open])).tolist():
        rows = np.flatnonzero(is_open & (lengths == length))
        places = first[rows] + np.arange(length)[:, None]
        rank = _compared if length <= _COMPARED_PARTS else _sorted
        gets_more[places] = rank(remainders[places]) < missing[rows]
    shares += gets_more


def _compared(remainders: Ints) -> Ranks:
    """Return the rank of every part in its column, the largest first and the earlier of equals."""
    ranks = np.zeros(remainders.shape, np.int8)
    for later in range(1, len(remainders)):
        for earlier in range(later):
            loses = remainders[earlier] >= remainders[later]
            ranks[later] += loses
            ranks[earlier] += ~loses
    return ranks


def _sorted(remainders: Ints) -> Ranks:
    """Return the same for columns of any length."""
    ranks = np.empty(remainders.shape, np.int64)
    order = np.argsort(-remainders, axis=0, kind="stable")
    np.put_along_axis(ranks, order, np.arange(len(remainders))[:, None], axis=0)
    return ranks


def _places(first: Ints, lengths: Ints) -> Ints:
    """Return the place of every part within its division."""
    return np.arange(lengths.sum()) - np.repeat(first, lengths)

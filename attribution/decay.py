"""Time decay: `2^(-age / half_life)` as whole numbers, alike on every machine. Pure."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from attribution.journeys import DAY, Ints, Journeys

_TABLE_BITS = 12
_DECAY_BITS = 52
_TOTAL_BITS = 59


def decaying_weights(half_life_days: Fraction, journeys: Journeys, time: Ints) -> Ints:
    """Weigh by `2^(-age / half_life)`, relative to the journey's newest touch.

    Leaving out the newest touch's own age changes no ratio and keeps old journeys from
    vanishing. Long journeys get fewer bits, so that no sum passes 2^60.
    """
    moment = time[journeys.touch]
    if not len(moment):
        return np.zeros(0, np.int64)
    lengths = journeys.lengths
    newest = moment[np.maximum(journeys.start[1:] - 1, 0)]
    halvings = (np.repeat(newest, lengths) - moment) / float(half_life_days * DAY)
    _, length_bits = np.frexp(lengths)
    bits = np.minimum(_DECAY_BITS, _TOTAL_BITS - length_bits)
    scaled = np.ldexp(_power_of_half(halvings), np.repeat(bits, lengths))
    weights: Ints = np.rint(scaled).astype(np.int64)
    return weights


def _power_of_half(exponent: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return `2^-exponent` for exponents from 0, alike on every machine.

    Libraries' `exp2` differ in the last bit between processors, which would make a ledger
    verified elsewhere differ by a cent. Only operations that IEEE 754 defines exactly are used:
    a table of 4,096 steps and Taylor's series of `e^-x` for the remaining x < 0.00017.
    """
    exponent = np.minimum(exponent, 1000.0)
    whole = np.floor(exponent)
    steps = np.floor((exponent - whole) * 2**_TABLE_BITS)
    x = (exponent - whole - steps / 2**_TABLE_BITS) * _LN_2
    series = 1.0 - x * (1.0 - x * (0.5 - x * (1 / 6 - x * (1 / 24))))
    power: NDArray[np.float64] = np.ldexp(
        _HALVES[steps.astype(np.int32)] * series, -whole.astype(np.int32)
    )
    return power


_LN_2 = float(Decimal(2).ln())
_HALVES = np.array(
    [float(Decimal(2) ** (Decimal(-step) / 2**_TABLE_BITS)) for step in range(2**_TABLE_BITS)]
)

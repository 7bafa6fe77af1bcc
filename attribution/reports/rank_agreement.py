"""How far two rules agree on an order: Kendall's tau-b. Pure.

Source: M. G. Kendall, "The treatment of ties in ranking problems", Biometrika 33 (1945):
tau_b = (C − D) / √((P − T_x)(P − T_y)), with C and D the pairs in the same and in the opposite
order, P all pairs, T_x and T_y the pairs that one of the two puts level.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import sqrt

import numpy as np
from numpy.typing import NDArray


def kendall_tau(first: Sequence[int], second: Sequence[int]) -> Decimal | None:
    """Return 1 for the same order, −1 for the opposite, near 0 for unrelated ones, to 4 decimals.

    None where there is no order to compare: fewer than two rows, or all level in one of them.
    Quadratic in the rows.
    """
    x, y = _signs(first), _signs(second)
    untied = int(np.abs(x).sum()), int(np.abs(y).sum())
    if not all(untied):
        return None
    agreement = int((x * y).sum()) / sqrt(untied[0] * untied[1])
    return Decimal(f"{agreement:.4f}")


def ranks(values: Sequence[int]) -> list[int]:
    """Return each value's place from the largest, level ones sharing the better: 1, 2, 2, 4."""
    ordered = sorted(values, reverse=True)
    places: dict[int, int] = {}
    for place, value in enumerate(ordered, start=1):
        places.setdefault(value, place)
    return [places[value] for value in values]


def _signs(values: Sequence[int]) -> NDArray[np.int64]:
    """Return the order of every pair: 1 above, −1 below, 0 level."""
    column = np.array(values, np.int64)
    upper = np.triu_indices(len(column), k=1)
    signs: NDArray[np.int64] = np.sign(column[upper[0]] - column[upper[1]])
    return signs

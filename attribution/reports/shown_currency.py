"""A report's amounts in another currency, at the rate of each outcome's day, to the last minor unit.

Amounts are added up exactly and rounded once, from the whole to its parts: the total half to even,
then the parts by largest remainder. So a statement sums as exactly as in the reporting currency.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import floor
from typing import Any, TypeVar

from django.conf import settings

from attribution.rates import RatesOfDays
from campaigns.money import minor_digits

_Key = TypeVar("_Key")
Place = tuple[str, str, Any]
"""(bucket, reason, key of the row)."""


class ShownCurrency:
    """What the reporting currency is worth in another one on some days. One query."""

    def __init__(self, currency: str, days: Iterable[date | None]) -> None:
        self.currency = currency
        self._rates = RatesOfDays((currency, day) for day in days)
        shift = minor_digits(currency) - minor_digits(settings.REPORTING_CURRENCY)
        self._scale = Fraction(10) ** shift

    def factor(self, day: date | None) -> Fraction | None:
        """Return shown minor units per minor unit of the reporting currency; None without a rate."""
        rate = self._rates.find(self.currency, day)
        return None if rate is None else self._scale / Fraction(rate)


@dataclass(frozen=True, slots=True)
class Part:
    """An amount (minor units of the reporting currency) and count of one day at one place."""

    kind: str
    place: Place
    day: date | None
    amount_minor: int
    count_micro: int


def converted(
    parts: Sequence[Part], shown: ShownCurrency
) -> dict[tuple[str, Place], tuple[int, int]]:
    """Return shown minor units and counts by kind and place. What has no rate adds no money."""
    exact: dict[str, dict[tuple[str, str], dict[Place, Fraction]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(Fraction))
    )
    counts: dict[tuple[str, Place], int] = defaultdict(int)
    for part in parts:
        factor = shown.factor(part.day) if part.amount_minor else Fraction(0)
        group = exact[part.kind][part.place[0], part.place[1]]
        group[part.place] += part.amount_minor * (factor or 0)
        counts[part.kind, part.place] += part.count_micro
    amounts: dict[tuple[str, Place], int] = {}
    for kind, groups in exact.items():
        wholes = {name: sum(group.values(), Fraction(0)) for name, group in groups.items()}
        of_group = rounded(wholes, rounded_whole(sum(wholes.values(), Fraction(0))))
        for name, group in groups.items():
            for place, minor in rounded(group, of_group[name]).items():
                amounts[kind, place] = minor
    return {key: (amounts[key], micro) for key, micro in counts.items()}


def rounded_whole(exact: Fraction) -> int:
    """Round half to even."""
    return round(exact)


def rounded(exact: Mapping[_Key, Fraction], whole: int) -> dict[_Key, int]:
    """Round parts so that they sum to `whole`, by largest remainder; ties go to the first name."""
    floors = {key: floor(value) for key, value in exact.items()}
    by_remainder = sorted(exact, key=lambda key: (floors[key] - exact[key], str(key)))
    for key in by_remainder[: whole - sum(floors.values())]:
        floors[key] += 1
    return floors

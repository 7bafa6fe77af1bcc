"""The worked figures of the definitions, word for word; `docs/attribution.md` prints the same."""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from attribution.allocation import divide
from attribution.journeys import DAY, NO_TIME
from attribution.weights import touch_weights, weighting
from tests.attribution.columns import (
    SimpleTouch,
    daily_touches,
    one_journey,
    outcome_columns,
    touch_columns,
)

TABLE = """
| case | division |
|---|---|
| 100.00 linear over 3 | 33.34 33.33 33.33 |
| position n=1 / 2 / 3 / 4 | 10000 / 5000 5000 / 4000 2000 4000 / 4000 1000 1000 4000 |
| w, three distinct anchors + 1 middle | 3000 3000 3000 1000 |
| w, three distinct anchors, no middle | 3333.34 3333.33 3333.33 |
| w, first and lead on one touch, opportunity on another, no middle | 6666.67 3333.33 |
| w without a lead, 4 touches, first = 1st, opportunity = 3rd | 4285.71 714.29 4285.71 714.29 |
| full_path, four distinct anchors, no middle | 2500 × 4 |
| full_path, 6 touches, anchors 1, 2, 4, 6 | 2250 2250 500 2250 500 2250 |
| time_decay at 90/40/12/2 days, half-life 7 | 1.18 166.45 2663.30 7169.07 |
| the same, half-life 30 | 559.40 1775.97 3391.55 4273.08 |
""".strip()


@dataclass(frozen=True)
class Case:
    """The journey behind a row: touches on days 1, 2, … unless ages are given."""

    kind: str
    touches: list[SimpleTouch]
    amount: int = 10_000_00
    lead_day: int | None = None
    opportunity_day: int | None = None
    parameters: dict[str, Any] = field(default_factory=dict)


AGES = [SimpleTouch(time=(100 - age) * DAY, id=100 - age) for age in (90, 40, 12, 2)]
CASES: dict[str, list[Case]] = {
    "100.00 linear over 3": [Case("linear", daily_touches(3), amount=100_00)],
    "position n=1 / 2 / 3 / 4": [Case("position", daily_touches(n)) for n in (1, 2, 3, 4)],
    "w, three distinct anchors + 1 middle": [
        Case("w", daily_touches(4), lead_day=2, opportunity_day=3)
    ],
    "w, three distinct anchors, no middle": [
        Case("w", daily_touches(3), lead_day=2, opportunity_day=3)
    ],
    "w, first and lead on one touch, opportunity on another, no middle": [
        Case("w", daily_touches(2), lead_day=1, opportunity_day=2)
    ],
    "w without a lead, 4 touches, first = 1st, opportunity = 3rd": [
        Case("w", daily_touches(4), opportunity_day=3)
    ],
    "full_path, four distinct anchors, no middle": [
        Case("full_path", daily_touches(4), lead_day=2, opportunity_day=3)
    ],
    "full_path, 6 touches, anchors 1, 2, 4, 6": [
        Case("full_path", daily_touches(6), lead_day=2, opportunity_day=4)
    ],
    "time_decay at 90/40/12/2 days, half-life 7": [
        Case("time_decay", AGES, parameters={"half_life_days": 7})
    ],
    "the same, half-life 30": [Case("time_decay", AGES, parameters={"half_life_days": 30})],
}
ROWS = [
    tuple(cell.strip() for cell in line.strip("|").split("|")) for line in TABLE.splitlines()[2:]
]


def moment(day: int | None) -> int:
    return NO_TIME if day is None else day * DAY


def division(case: Case) -> list[Decimal]:
    """Divide a case by the engine."""
    rule = weighting(kind=case.kind, parameters=case.parameters)
    at = 100 * DAY
    journeys = one_journey(case.touches, at=at, lookback_days=None)
    weights = touch_weights(
        weighting=rule,
        journeys=journeys,
        touches=touch_columns(case.touches),
        outcomes=outcome_columns(
            [at],
            lead_times=[moment(case.lead_day)],
            opportunity_times=[moment(case.opportunity_day)],
        ),
    )
    parts = divide(amounts=np.array([case.amount]), start=journeys.start, weights=weights)
    return [Decimal(part) / 100 for part in parts.tolist()]


def written(text: str) -> list[list[Decimal]]:
    """Read a row's figures: divisions parted by “/”, “2500 × 4” is four of them."""
    repeated = re.sub(r"(\S+) × (\d+)", lambda m: " ".join([m[1]] * int(m[2])), text)
    return [[Decimal(figure) for figure in part.split()] for part in repeated.split("/")]


@pytest.mark.parametrize(("case", "figures"), ROWS)
def test_every_vector_of_the_definitions(case: str, figures: str) -> None:
    assert [division(each) for each in CASES[case]] == written(figures)


def test_every_vector_is_tried() -> None:
    assert [case for case, _ in ROWS] == list(CASES)


def test_the_documentation_prints_the_same_vectors() -> None:
    text = (settings.BASE_DIR / "docs" / "attribution.md").read_text()
    assert [line for line in TABLE.splitlines()[2:] if line not in text] == []

"""Time decay's weights are whole numbers of a stated precision, alike everywhere."""

from fractions import Fraction

import numpy as np

from attribution.decay import decaying_weights
from attribution.journeys import DAY, Journeys


def weights_of(*ages: int, half_life: int = 7) -> list[int]:
    """Weigh one journey of touches of these ages in days, the oldest first."""
    count = len(ages)
    journeys = Journeys(
        start=np.array([0, count]), touch=np.arange(count), reasons=np.zeros(1, np.int64)
    )
    times = np.array([(1000 - age) * DAY for age in ages], np.int64)
    return decaying_weights(Fraction(half_life), journeys, times).tolist()


def test_a_half_life_halves_exactly() -> None:
    assert weights_of(14, 7, 0) == [2**50, 2**51, 2**52]


def test_the_newest_touch_has_full_weight_however_old_it_is() -> None:
    assert weights_of(900) == [2**52]


def test_an_age_of_many_half_lives_weighs_nothing() -> None:
    assert weights_of(999, 0, half_life=1)[0] == 0


def test_long_journeys_have_fewer_bits_so_that_sums_fit() -> None:
    assert sum(weights_of(*[0] * 1000)) < 2**60


def test_no_journey_has_no_weights() -> None:
    assert weights_of() == []

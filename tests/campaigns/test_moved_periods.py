"""The period in a name, moved to another day in the same form."""

from datetime import date

import pytest

from campaigns.moved_periods import find_period, moved
from campaigns.periods import PERIOD_FORMS, example_of, is_period


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("june", "november"),
        ("jun", "nov"),
        ("may", "november"),
        ("jun-2025", "nov-2026"),
        ("q2", "q4"),
        ("h1", "h2"),
        ("fall", "fall"),
        ("autumn", "autumn"),
        ("summer-2025", "autumn-2026"),
        ("2026-06", "2026-11"),
        ("2026-06-03", "2026-11-12"),
        ("2025-q1", "2026-q4"),
        ("2025", "2026"),
        ("trial", "trial"),
        ("", ""),
    ],
)
def test_a_period_keeps_its_form(period: str, expected: str) -> None:
    assert moved(period, date(2026, 11, 12)) == expected


@pytest.mark.parametrize("form", PERIOD_FORMS)
def test_every_form_stays_itself(form: str) -> None:
    assert is_period(moved(example_of(form), date(2027, 1, 31)), (form,))


@pytest.mark.parametrize(
    ("name", "period"),
    [
        ("trial-june", "june"),
        ("trial-june-2", "june"),
        ("trial_2026-06", "2026-06"),
        ("demo-invite-q2-2026", "q2-2026"),
        ("june-trial-q3", "q3"),
        ("trial", ""),
        ("", ""),
    ],
)
def test_the_last_period_of_a_name_is_found(name: str, period: str) -> None:
    assert find_period(name) == period

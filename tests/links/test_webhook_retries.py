"""The schedule of attempts, and how long an endpoint in trouble is left alone."""

from datetime import timedelta

import pytest

from links.webhook_retries import DELAYS, endpoint_pause, next_attempt, read_retry_after
from tests.links.builders import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("attempts", "delay"), list(enumerate(DELAYS, start=1)))
def test_each_pause_has_a_jitter_of_up_to_a_tenth(attempts: int, delay: timedelta) -> None:
    moments = {next_attempt(attempts=attempts, now=NOW) for _ in range(50)}
    assert len(moments) > 1
    assert all(NOW + delay <= moment <= NOW + delay * 1.1 for moment in moments if moment)


def test_after_ten_attempts_it_is_given_up() -> None:
    assert next_attempt(attempts=9, now=NOW) is not None
    assert next_attempt(attempts=10, now=NOW) is None


def test_the_receivers_wish_counts_where_it_is_longer() -> None:
    hour = timedelta(hours=1)
    assert next_attempt(attempts=1, now=NOW, retry_after=hour) == NOW + hour
    later = next_attempt(attempts=5, now=NOW, retry_after=hour)
    assert later is not None
    assert later >= NOW + DELAYS[4]


@pytest.mark.parametrize(("failures", "seconds"), [(1, 5), (2, 10), (4, 40), (7, 300), (500, 300)])
def test_pauses_of_an_endpoint_grow_to_five_minutes(failures: int, seconds: int) -> None:
    assert endpoint_pause(failures=failures, retry_after=None) == seconds * SECOND


def test_an_endpoint_may_wish_for_a_longer_pause() -> None:
    assert endpoint_pause(failures=1, retry_after=600 * SECOND) == 600 * SECOND


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("999999999999", 86400),
        ("Wed, 10 Jun 2026 12:01:00 GMT", 60),
        ("Wed, 10 Jun 2026 11:00:00 GMT", 0),
        ("Wed, 10 Jun 2036 11:00:00 -0000", 86400),
    ],
)
def test_retry_after_is_read_as_seconds_or_as_a_date(text: str, seconds: int) -> None:
    assert read_retry_after(text, now=NOW) == seconds * SECOND


@pytest.mark.parametrize("text", ["", "soon", "-5", "１２"])
def test_an_unreadable_wish_is_none(text: str) -> None:
    assert read_retry_after(text, now=NOW) is None

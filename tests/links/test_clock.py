"""The time of a long pass."""

from links.clock import Clock
from tests.links.builders import NOW


def test_a_clock_goes_on_from_the_moment_it_was_given() -> None:
    clock = Clock(NOW)
    assert NOW <= clock.now() <= clock.now()
    assert clock.now() - NOW <= clock.elapsed

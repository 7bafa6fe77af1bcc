"""Why a tap got its grade, in words."""

import pytest

from tracking.bots import Reason
from tracking.tap_words import REASONS, reason_words


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_its_words(reason) -> None:
    assert reason.value in REASONS


def test_a_reason_of_a_later_release_is_still_readable() -> None:
    assert reason_words("too_fast") == "Too fast"

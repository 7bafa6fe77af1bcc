"""Not all workers deliver at once."""

import pytest

from links.webhook_turns import webhook_turn


def test_a_second_run_finds_no_turn() -> None:
    with webhook_turn(seconds=60) as first, webhook_turn(seconds=60) as second:
        assert (first, second) == (True, False)


def test_a_turn_is_given_back() -> None:
    with pytest.raises(ZeroDivisionError), webhook_turn(seconds=60):
        raise ZeroDivisionError
    with webhook_turn(seconds=60) as again:
        assert again


def test_an_installation_may_have_more_turns(settings) -> None:
    settings.WEBHOOK_RUNS = 2
    with webhook_turn(seconds=60) as first, webhook_turn(seconds=60) as second:
        assert first
        assert second

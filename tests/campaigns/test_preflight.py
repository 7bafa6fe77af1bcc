"""The registry of checks before a send goes live."""

from datetime import datetime

import pytest

from campaigns import preflight
from campaigns.models import Send
from campaigns.preflight import CheckResult, Level, register, run_checks
from tests.campaigns.builders import NOW


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(preflight, "_checks", {})


def finding(code: str) -> preflight.Check:
    return lambda send, now: [CheckResult(code, Level.OK, f"{send.name} at {now:%H:%M}")]


def codes() -> list[str]:
    return [result.code for result in run_checks(Send(name="June"), now=NOW)]


def test_every_check_is_run_in_the_order_of_registration() -> None:
    register("links", finding("links"))
    register("channel", finding("channel"))

    assert codes() == ["links", "channel"]


def test_a_second_check_of_a_name_replaces_the_first() -> None:
    register("links", finding("old"))
    register("links", finding("new"))

    assert codes() == ["new"]


def test_a_check_is_told_the_send_and_the_time() -> None:
    register("links", finding("links"))

    (result,) = run_checks(Send(name="June"), now=datetime(2026, 6, 1, 9, 30, tzinfo=NOW.tzinfo))

    assert result.message == "June at 09:30"

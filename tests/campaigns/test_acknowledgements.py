"""Accepting a warning with a reason."""

from typing import Any

import pytest

from campaigns import preflight
from campaigns.models import AcknowledgedWarning, Send
from campaigns.preflight import CheckResult, Level, run_checks
from campaigns.services import (
    ErrorNotAcceptableError,
    ReasonMissingError,
    WarningNotFoundError,
    acknowledge_warning,
)
from tests.campaigns.builders import NOW, a_send, a_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _checks(monkeypatch: pytest.MonkeyPatch) -> None:
    results = [
        CheckResult("long", Level.WARNING, "It is long."),
        CheckResult("broken", Level.ERROR, "It is broken."),
        CheckResult("fine", Level.OK, "It is fine."),
    ]
    monkeypatch.setattr(preflight, "_checks", {"x": lambda send, now: results})


def accept(send: Send, **fields: Any) -> AcknowledgedWarning:
    given = {"code": "long", "message": "It is long.", "reason": "Legal asked for it", **fields}
    return acknowledge_warning(send=send, by=given.pop("by", None), now=NOW, **given)


def test_a_warning_is_accepted_and_shown_as_such() -> None:
    send, alice = a_send(), a_user("alice")

    row = accept(send, by=alice)

    found = {result.code: result.acknowledged for result in run_checks(send, now=NOW)}
    assert found == {"long": row, "broken": None, "fine": None}
    assert (row.acknowledged_by, row.acknowledged_at, row.reason) == (
        alice,
        NOW,
        "Legal asked for it",
    )


@pytest.mark.parametrize("reason", ["", "ok", "    ok    ", "x" * 301])
def test_a_reason_says_something_and_not_a_novel(reason: str) -> None:
    with pytest.raises(ReasonMissingError, match="Write why, in 5 to 300 characters"):
        accept(a_send(), reason=reason)


def test_an_error_is_never_accepted() -> None:
    with pytest.raises(ErrorNotAcceptableError, match="only mended: It is broken"):
        accept(a_send(), code="broken", message="It is broken.")


@pytest.mark.parametrize(
    ("code", "message"),
    [("long", "It is longer."), ("other", "It is long."), ("fine", "It is fine.")],
)
def test_what_is_no_present_warning_is_not_accepted(code: str, message: str) -> None:
    with pytest.raises(WarningNotFoundError):
        accept(a_send(), code=code, message=message)


def test_on_a_send_that_is_over_nothing_is_accepted() -> None:
    with pytest.raises(WarningNotFoundError):
        accept(a_send(status="done"))


def test_the_first_reason_stays() -> None:
    send = a_send()

    first, second = accept(send), accept(send, reason="Another reason")

    assert second == first
    assert AcknowledgedWarning.objects.get().reason == "Legal asked for it"


def test_another_sends_warning_is_not_meant() -> None:
    accept(a_send("one-june"))
    other = a_send("two-june")

    assert [result.acknowledged for result in run_checks(other, now=NOW)] == [None, None, None]

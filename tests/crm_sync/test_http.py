"""The HTTP client, against a server that misbehaves."""

import logging
from pathlib import Path

import pytest

from crm_sync import http
from crm_sync.http import (
    LONGEST_PAUSE,
    MAX_ATTEMPTS,
    SHORTEST_PAUSE,
    ApiError,
    CrmClient,
    ErrorCategory,
    categorise,
    longer,
    parse_retry_after,
)
from crm_sync.sandbox.server import Sandbox
from tests.crm_sync.sandbox_builders import NOW, a_client, seed_deal

DEALS = "/crm/objects/2026-09/deals"


class Pauses:
    """Counts the pauses instead of making them, and is the clock they move."""

    def __init__(self) -> None:
        self.made: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.made.append(seconds)

    def clock(self) -> float:
        return sum(self.made)


@pytest.fixture
def pauses() -> Pauses:
    return Pauses()


def patient(crm: Sandbox, pauses: Pauses) -> CrmClient:
    return a_client(crm, sleep=pauses.sleep, clock=pauses.clock)


def test_it_reads_json_and_the_servers_time(crm: Sandbox) -> None:
    seed_deal(crm)
    crm.set_clock(NOW)
    client = a_client(crm)
    assert [deal["id"] for deal in client.get(DEALS)["results"]] == ["31"]
    assert client.server_time == NOW


def test_it_waits_as_long_as_the_server_asks(crm: Sandbox, pauses: Pauses) -> None:
    crm.misbehave(status=429, retry_after="7")
    assert patient(crm, pauses).get(DEALS)["results"] == []
    assert pauses.made == [7.0]


def test_it_waits_on_its_own_when_the_server_does_not_say(crm: Sandbox, pauses: Pauses) -> None:
    crm.misbehave(status=429, times=2)
    assert patient(crm, pauses).get(DEALS)["results"] == []
    assert len(pauses.made) == 2


def test_it_does_not_wait_longer_than_its_budget(crm: Sandbox, pauses: Pauses) -> None:
    crm.misbehave(status=429, retry_after="3600")
    with pytest.raises(ApiError, match="slow down") as caught:
        patient(crm, pauses).get(DEALS)
    assert caught.value.is_retryable
    assert pauses.made == []


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_failing_server_is_tried_again(crm: Sandbox, status: int) -> None:
    crm.misbehave(status=status, times=2)
    assert a_client(crm).get(DEALS)["results"] == []


def test_a_server_that_keeps_failing_is_given_up(crm: Sandbox) -> None:
    crm.misbehave(status=500, times=100)
    with pytest.raises(ApiError, match="answered 500") as caught:
        a_client(crm).get(DEALS)
    assert caught.value.is_retryable
    assert len(crm.behaviour.requests) == MAX_ATTEMPTS


def test_an_answer_that_breaks_off_is_fetched_again(crm: Sandbox) -> None:
    crm.misbehave(truncate=True)
    assert a_client(crm).get(DEALS)["results"] == []


def test_answers_that_always_break_off_are_an_error(crm: Sandbox) -> None:
    crm.misbehave(truncate=True, times=100)
    with pytest.raises(ApiError, match="breaks off or is not JSON") as caught:
        a_client(crm).get(DEALS)
    assert caught.value.is_retryable


def test_a_dropped_connection_is_tried_again(crm: Sandbox) -> None:
    crm.misbehave(drop=True)
    assert a_client(crm).get(DEALS)["results"] == []


def test_a_server_that_is_not_there_is_named(crm: Sandbox) -> None:
    with pytest.raises(ApiError, match=r"127\.0\.0\.1:1 could not be reached") as caught:
        a_client(crm, base_url="http://127.0.0.1:1").get(DEALS)
    assert caught.value.is_retryable


def test_a_slow_server_is_not_waited_for(crm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUTS", (1, 0.05))
    crm.misbehave(delay=0.3)
    assert a_client(crm).get(DEALS)["results"] == []
    assert len(crm.behaviour.requests) == 2


def test_a_refused_token_is_a_matter_of_set_up(crm: Sandbox) -> None:
    with pytest.raises(ApiError, match="does not accept the access token") as caught:
        a_client(crm, token="wrong").get(DEALS)
    assert caught.value.category is ErrorCategory.CONFIGURATION
    assert len(crm.behaviour.requests) == 1


def test_a_missing_scope_is_told_in_the_servers_words(crm: Sandbox) -> None:
    crm.misbehave(status=403)
    with pytest.raises(ApiError, match=r"may not do this in HubSpot\. Told to fail") as caught:
        a_client(crm).get(DEALS)
    assert caught.value.category is ErrorCategory.CONFIGURATION


def test_a_record_that_is_not_there_is_not_asked_for_again(crm: Sandbox) -> None:
    with pytest.raises(ApiError, match="refused the request") as caught:
        a_client(crm).get(f"{DEALS}/404404")
    assert caught.value.category is ErrorCategory.PERMANENT
    assert caught.value.body["category"] == "OBJECT_NOT_FOUND"
    assert len(crm.behaviour.requests) == 1


def test_a_redirect_is_not_followed_with_the_token(crm: Sandbox) -> None:
    crm.misbehave(status=302)
    with pytest.raises(ApiError, match="Check the connection's address") as caught:
        a_client(crm).get(DEALS)
    assert caught.value.category is ErrorCategory.CONFIGURATION


def test_an_address_that_is_none_is_a_matter_of_set_up(crm: Sandbox) -> None:
    with pytest.raises(ApiError, match="is not a web address") as caught:
        a_client(crm, base_url="ftp://crm.example").get(DEALS)
    assert caught.value.category is ErrorCategory.CONFIGURATION


def test_an_endless_answer_is_cut(crm: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "MAX_BODY_BYTES", 10)
    with pytest.raises(ApiError, match="in one answer") as caught:
        a_client(crm).get(DEALS)
    assert caught.value.category is ErrorCategory.PERMANENT


def test_neither_log_nor_error_shows_the_token(
    crm: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    crm.misbehave(status=500, times=1)
    a_client(crm).get(DEALS, {"email": "ann@acme.example"})
    said = [r.getMessage() for r in caplog.records if r.name.startswith("crm_sync")]
    assert any("answered 200" in line for line in said)
    assert any("failed (attempt 1" in line for line in said)
    assert not any(crm.token in line or "ann@" in line for line in said)


def test_a_netrc_on_the_host_does_not_replace_the_token(
    crm: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login eve password eve\n")
    monkeypatch.setenv("NETRC", str(netrc))
    assert a_client(crm).get(DEALS)["results"] == []


def test_pauses_stay_between_their_bounds() -> None:
    pause = SHORTEST_PAUSE
    for _ in range(200):
        pause = longer(pause)
        assert SHORTEST_PAUSE <= pause <= LONGEST_PAUSE


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "12"}, 12.0),
        ({"Retry-After": "soon"}, None),
        (
            {
                "Retry-After": "Mon, 15 Jun 2026 12:00:30 GMT",
                "Date": "Mon, 15 Jun 2026 12:00:00 GMT",
            },
            30.0,
        ),
        (
            {
                "Retry-After": "Mon, 15 Jun 2026 11:00:00 GMT",
                "Date": "Mon, 15 Jun 2026 12:00:00 GMT",
            },
            0.0,
        ),
    ],
)
def test_retry_after_is_read_in_both_its_forms(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert parse_retry_after(headers) == seconds


@pytest.mark.parametrize(
    ("status", "category"),
    [
        (400, ErrorCategory.PERMANENT),
        (404, ErrorCategory.PERMANENT),
        (409, ErrorCategory.PERMANENT),
        (401, ErrorCategory.CONFIGURATION),
        (403, ErrorCategory.CONFIGURATION),
        (307, ErrorCategory.CONFIGURATION),
        (423, ErrorCategory.RETRYABLE),
        (429, ErrorCategory.RETRYABLE),
        (503, ErrorCategory.RETRYABLE),
    ],
)
def test_each_status_says_who_can_help(status: int, category: ErrorCategory) -> None:
    assert categorise(status) is category

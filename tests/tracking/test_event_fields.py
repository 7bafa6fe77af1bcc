"""One reported event, checked field by field."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from campaigns.public_ids import encode_id, new_id
from tests.tracking.builders import NOW
from tracking.event_fields import InvalidEventError, ParsedEvent, parse_event

MINIMUM = {"event_id": "e-1", "name": "demo-booked", "occurred_at": "2026-06-15T11:59:00Z"}


def parse(**fields: Any) -> ParsedEvent:
    return parse_event(MINIMUM | fields, now=NOW, default_currency="USD")


def refusal(**fields: Any) -> tuple[str, str]:
    with pytest.raises(InvalidEventError) as caught:
        parse(**fields)
    assert len(caught.value.errors) == 1
    error = caught.value.errors[0]
    return error.field, error.code


def test_three_fields_are_enough() -> None:
    event = parse()
    assert (event.event_id, event.name) == ("e-1", "demo-booked")
    assert event.occurred_at == datetime(2026, 6, 15, 11, 59, tzinfo=UTC)
    assert event.referrer is None


def test_everything_a_client_may_say() -> None:
    click_id = new_id()
    event = parse(
        tr=encode_id(click_id),
        visitor_id="v-1",
        email="Ana@Example.com",
        phone="415 555 0123",
        crm_id="acme:7",
        utm={"utm_source": "sms", "medium": "text", "other": "x"},
        click_ids={"GCLID": "abc"},
        referrer="https://www.google.com/",
        page_url="https://www.example.com/trial",
        value={"amount": "12.50", "currency": "eur"},
        properties={"plan": "pro"},
    )
    assert event.click_id == click_id
    assert [(key.kind, key.value) for key in event.keys] == [
        ("crm", "acme:7"),
        ("email", "ana@example.com"),
        ("phone", "+14155550123"),
        ("visitor", "v-1"),
    ]
    assert event.utm == {"utm_source": "sms", "utm_medium": "text"}
    assert event.ad_click_ids == {"gclid": "abc"}
    assert (event.value_minor, event.currency) == (1250, "EUR")
    assert event.properties == {"plan": "pro"}


@pytest.mark.parametrize("value", [12.5, "12.50", {"amount": 12.5}])
def test_a_plain_value_is_in_the_reporting_currency(value: Any) -> None:
    event = parse(value=value)
    assert (event.value_minor, event.currency) == (1250, "USD")


def test_a_plain_value_may_have_a_currency_beside_it() -> None:
    event = parse(value="12", currency="JPY")
    assert (event.value_minor, event.currency) == (12, "JPY")


@pytest.mark.parametrize("value", ["null", "undefined", "", "anonymous"])
def test_a_placeholder_counts_as_absent(value: str) -> None:
    assert parse(email=value, visitor_id=value).keys == ()


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"event_id": None}, "event_id", "required"),
        ({"event_id": " "}, "event_id", "required"),
        ({"event_id": 7}, "event_id", "not-a-text"),
        ({"event_id": "x" * 121}, "event_id", "too-long"),
        ({"name": "Demo Booked"}, "name", "not-a-name"),
        ({"occurred_at": "yesterday"}, "occurred_at", "not-a-time"),
        ({"occurred_at": "2026-06-15T12:00:00"}, "occurred_at", "no-offset"),
        ({"occurred_at": "1970-01-01T00:00:00Z"}, "occurred_at", "too-old"),
        ({"occurred_at": "9999-12-31T23:59:59-14:00"}, "occurred_at", "in-the-future"),
        ({"tr": "short"}, "tr", "not-a-click-id"),
        ({"email": "no address"}, "email", "not-a-email"),
        ({"phone": "12"}, "phone", "not-a-phone"),
        ({"utm": "sms"}, "utm", "not-an-object"),
        ({"utm": {"utm_source": 7}}, "utm", "not-a-text"),
        ({"click_ids": ["gclid"]}, "click_ids", "not-an-object"),
        ({"properties": []}, "properties", "not-an-object"),
        ({"properties": {"x": "y" * 9000}}, "properties", "too-large"),
        ({"properties": {"x": "\0"}}, "properties", "not-a-text"),
        ({"referrer": "a\0b"}, "referrer", "not-a-text"),
        ({"page_url": "\ud800"}, "page_url", "not-a-text"),
        ({"value": "a lot"}, "value", "not-an-amount"),
        ({"value": True}, "value", "not-an-amount"),
        ({"value": "1.005"}, "value", "not-an-amount"),
        ({"value": {"amount": "1", "currency": "dollars"}}, "value", "not-a-currency"),
    ],
)
def test_a_wrong_field_is_named_with_a_code(fields: dict[str, Any], field: str, code: str) -> None:
    assert refusal(**fields) == (field, code)


def test_a_clock_that_runs_a_little_ahead_is_let_through() -> None:
    ahead = NOW + timedelta(minutes=10)
    assert parse(occurred_at=ahead.isoformat()).occurred_at == ahead


def test_a_clock_that_runs_far_ahead_is_not() -> None:
    ahead = NOW + timedelta(minutes=10, seconds=1)
    assert refusal(occurred_at=ahead.isoformat()) == ("occurred_at", "in-the-future")


def test_every_wrong_field_is_told_at_once() -> None:
    with pytest.raises(InvalidEventError) as caught:
        parse_event({"event_id": "e-9", "name": "?"}, now=NOW, default_currency="USD")
    assert [error.field for error in caught.value.errors] == ["name", "occurred_at"]
    assert caught.value.event_id == "e-9"


def test_something_else_than_an_object_is_refused() -> None:
    with pytest.raises(InvalidEventError):
        parse_event(["visit"], now=NOW, default_currency="USD")

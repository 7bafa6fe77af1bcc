"""Every kind of event is named, said in words and shown by an example."""

import json

import pytest

from links.webhook_events import CODES, EVENT_TYPES, EventType, trial_payload


@pytest.mark.parametrize("event_type", EVENT_TYPES, ids=lambda event_type: event_type.code)
def test_an_example_is_json_without_personal_data(event_type: EventType) -> None:
    text = json.dumps(event_type.example)
    assert event_type.description
    assert len(event_type.code) <= 40
    assert not [word for word in ("phone_number", "email", "@") if word in text]


def test_codes_are_unique() -> None:
    assert len(CODES) == len(EVENT_TYPES)


def test_a_trial_names_its_endpoint() -> None:
    assert "Slack relay" in trial_payload("Slack relay")["message"]

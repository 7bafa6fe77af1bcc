"""Who predicts channels."""

import pytest

from campaigns import channel_oracle


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_oracle, "_predictors", [])


def test_without_a_predictor_there_is_no_answer() -> None:
    assert channel_oracle.predict({"utm_source": "sms"}) is None


def test_what_predictors_say_is_put_together() -> None:
    channel_oracle.register(lambda utm: {"textrail": utm["utm_source"]})
    channel_oracle.register(lambda utm: {"ga4": "SMS"})

    assert channel_oracle.predict({"utm_source": "sms"}) == {"textrail": "sms", "ga4": "SMS"}

"""Who predicts channels."""

from collections.abc import Mapping

import pytest

from campaigns import channel_oracle


@pytest.fixture(autouse=True)
def _nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(channel_oracle, "_preparers", [])


def test_without_a_predictor_there_is_no_answer() -> None:
    assert channel_oracle.predict({"utm_source": "sms"}) is None


def test_what_predictors_say_is_put_together() -> None:
    channel_oracle.register(lambda: lambda utm: {"textrail": utm["utm_source"]})
    channel_oracle.register(lambda: lambda utm: {"ga4": "SMS"})

    assert channel_oracle.predict({"utm_source": "sms"}) == {"textrail": "sms", "ga4": "SMS"}


def test_a_long_list_is_prepared_once_and_equal_values_are_asked_once() -> None:
    prepared: list[str] = []
    asked: list[str] = []

    def ask(utm: Mapping[str, str]) -> dict[str, str]:
        asked.append(utm["utm_source"])
        return {"textrail": utm["utm_source"]}

    def prepare() -> channel_oracle.Predictor:
        prepared.append("rules")
        return ask

    channel_oracle.register(prepare)
    predict = channel_oracle.predictor()

    answers = [predict({"utm_source": source}) for source in ("sms", "email", "sms")]

    assert answers == [{"textrail": "sms"}, {"textrail": "email"}, {"textrail": "sms"}]
    assert (prepared, asked) == (["rules"], ["sms", "email"])

"""A send's values, as other tools will sort them."""

import pytest

from campaigns.channel_oracle import predict
from campaigns.preflight import Level, run_checks
from tests.tracking.builders import NOW, make_channel, make_send
from tracking.models import ChannelRule
from tracking.oracle_checks import channel_checks

pytestmark = pytest.mark.django_db


def found(**fields: str) -> dict[str, str]:
    send = make_send(**fields)
    return {result.code: result.message for result in channel_checks(send, NOW)}


def test_a_send_of_the_convention_passes() -> None:
    send = make_send()
    results = channel_checks(send, NOW)
    assert [(result.code, result.level) for result in results] == [("channel", Level.OK)]


def test_a_campaign_that_speaks_of_shops_is_an_error_that_names_tool_and_reason() -> None:
    messages = found(utm_campaign="shop-owners-june")
    assert list(messages) == ["channel-ga4"]
    assert "Google Analytics 4 will show this send as Organic Shopping" in messages["channel-ga4"]
    assert "“shop” in the campaign name" in messages["channel-ga4"]


@pytest.mark.parametrize(
    ("fields", "codes", "words"),
    [
        ({"utm_medium": "cpc"}, ["channel-ga4", "channel-posthog"], "reads as paid"),
        ({"utm_medium": "sm"}, ["channel-ga4"], "means Organic Social there"),
        ({"utm_medium": "link"}, ["channel-ga4"], "means Referral there"),
        ({"utm_source": "twilio"}, ["channel-ga4", "channel-posthog"], "neither “twilio”"),
        ({"utm_source": "google"}, ["channel-ga4", "channel-posthog"], "known there as something"),
        (
            {"utm_campaign": "cross-network-june"},
            ["channel-ga4", "channel-posthog"],
            "cross-network",
        ),
    ],
)
def test_every_other_channel_is_an_error(
    fields: dict[str, str], codes: list[str], words: str
) -> None:
    messages = found(**fields)
    assert list(messages) == codes
    assert words in messages["channel-ga4"]


def test_our_own_rules_are_judged_too_and_the_rule_is_named() -> None:
    ChannelRule.objects.create(
        position=1,
        name="All text is e-mail",
        channel=make_channel("email"),
        conditions=[{"field": "medium", "operator": "in", "values": ["text"]}],
    )
    assert "“All text is e-mail”" in found()["channel-textrail"]


def test_without_any_rule_our_own_verdict_is_unassigned() -> None:
    ChannelRule.objects.update(is_active=False)
    assert "no channel rule fits" in found()["channel-textrail"]


def test_sends_of_other_channels_are_not_judged() -> None:
    send = make_send(channel=make_channel("email"), utm_source="news", utm_medium="email")
    assert channel_checks(send, NOW) == []


def test_the_check_and_the_prediction_are_registered() -> None:
    send = make_send(utm_campaign="shop-owners-june")
    assert "channel-ga4" in {result.code for result in run_checks(send, now=NOW)}
    predicted = predict({"utm_source": "sms", "utm_medium": "text", "utm_campaign": "x"})
    assert predicted == {"textrail": "sms", "ga4": "SMS", "posthog": "SMS"}

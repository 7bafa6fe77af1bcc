"""The channel that PostHog will show."""

import pytest

from tracking.posthog import predict_posthog


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "expected"),
    [
        ("sms", "text", "trial-reengagement-june", "SMS"),
        ("sms", "text", "shop-owners-june", "SMS"),
        ("sms", "link", "x", "SMS"),
        ("sms", "cpc", "x", "Paid Unknown"),
        ("sms", "paid-text", "x", "Paid Unknown"),
        ("twilio", "text", "x", "Direct"),
        ("twilio", "text", "shop-owners", "Organic Shopping"),
        ("twilio", "link", "x", "Referral"),
        ("google", "cpc", "x", "Paid Search"),
        ("x", "cpm", "x", "Display"),
        ("x", "paid", "promo-video", "Paid Video"),
        ("x", "coop", "promo-video", "Organic Video"),
        ("x", "cpc", "shopping", "Paid Shopping"),
        ("x", "web-push", "x", "Push"),
        ("", "", "x", "Direct"),
        ("sms", "text", "cross-network-1", "Cross Network"),
        ("linkedin", "post", "x", "Organic Social"),
    ],
)
def test_the_channel_posthog_will_show(
    source: str, medium: str, campaign: str, expected: str
) -> None:
    utm = {"utm_source": source, "utm_medium": medium, "utm_campaign": campaign}
    assert predict_posthog(utm) == expected

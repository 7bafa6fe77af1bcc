"""The channel that Google Analytics 4 will show."""

import json
from pathlib import Path

import pytest

from tracking.channels import predict_ga4
from tracking.ga4 import PAID, SHOP


def ga4(source: str, medium: str, campaign: str = "trial-reengagement-june") -> str:
    return predict_ga4({"utm_source": source, "utm_medium": medium, "utm_campaign": campaign})


@pytest.mark.parametrize(
    ("source", "medium", "campaign", "expected"),
    [
        ("sms", "text", "trial-reengagement-june", "SMS"),
        ("sms", "text", "shop-owners-june", "Organic Shopping"),
        ("sms", "sm", "trial-reengagement-june", "Organic Social"),
        ("sms", "link", "trial-reengagement-june", "Referral"),
        ("sms", "cpc", "trial-reengagement-june", "Paid Other"),
        ("sms", "paid-text", "trial-reengagement-june", "Paid Other"),
        ("twilio", "text", "trial-reengagement-june", "Unassigned"),
        ("sms", "text", "workshop-june", "SMS"),
        ("SMS", "Text", "e-shop", "Organic Shopping"),
        ("sms", "email", "x", "Email"),
        ("google", "cpc", "x", "Paid Search"),
        ("facebook", "social", "x", "Organic Social"),
        ("sms", "text", "cross-network", "Cross-network"),
        ("sms", "mobile", "x", "SMS"),
        ("app", "mobile", "x", "Mobile Push Notifications"),
        ("", "", "", "Direct"),
        ("", "", "spring", "Unassigned"),
    ],
)
def test_the_channel_google_analytics_will_show(
    source: str, medium: str, campaign: str, expected: str
) -> None:
    assert ga4(source, medium, campaign) == expected


@pytest.mark.shared_data
def test_the_expressions_are_the_published_ones(shared_data: Path) -> None:
    published = json.loads((shared_data / "channel_sources.json").read_text())["regex"]
    assert (PAID.pattern, SHOP.pattern) == (published["PAID"], published["SHOP"])


@pytest.mark.shared_data
def test_the_rules_stand_in_the_published_order(shared_data: Path) -> None:
    from tracking.ga4 import _RULES

    facts = json.loads((shared_data / "channel_sources.json").read_text())
    published = [rule["channel"] for rule in facts["ga4_rules_in_order"]]
    assert [*(name for name, _ in _RULES), "Unassigned"] == published

"""Which channel type PostHog gives a tagged link opened without a referrer. Pure.

Source: PostHog's published channel rules and its table of mediums (posthog/models/channel_type,
MIT). A link in a message carries no referrer, so PostHog sees `$direct` and no ad click id.
"""

import re
from collections.abc import Mapping
from typing import Final

from tracking.ga4 import SHOP
from tracking.source_categories import ga4_category_of_source

_PAID_MEDIUMS: Final = frozenset({"cpc", "cpm", "cpv", "cpa", "ppc", "retargeting"})
_VIDEO: Final = re.compile(r"^(.*video.*)$")
_KINDS: Final = {"search": "Search", "social": "Social", "shopping": "Shopping", "video": "Video"}
_DISPLAY: Final = ("banner", "cpm", "display", "expandable", "interstitial")
_SOCIAL: Final = (
    "sm", "social", "social media", "social network", "social-media", "social-network",
)  # fmt: skip
_PAID_BY_MEDIUM: Final = {
    **dict.fromkeys(_DISPLAY, "Display"),
    **dict.fromkeys(_SOCIAL, "Paid Social"),
    "video": "Paid Video",
}
_ORGANIC_BY_MEDIUM: Final = {
    **dict.fromkeys(_DISPLAY, "Display"),
    **dict.fromkeys(_SOCIAL, "Organic Social"),
    **dict.fromkeys(("affiliate", "partnership", "partnerships"), "Affiliate"),
    **dict.fromkeys(("app", "link", "referral"), "Referral"),
    **dict.fromkeys(("e mail", "e-mail", "e_mail", "email"), "Email"),
    **dict.fromkeys(("mobile", "notification", "push"), "Push"),
    "audio": "Audio",
    "video": "Organic Video",
}


def predict_posthog(utm: Mapping[str, str]) -> str:
    """Return PostHog's channel for values named `utm_source`, `utm_medium`, `utm_campaign`."""
    source, medium, campaign = (
        utm.get(name, "").strip().casefold()
        for name in ("utm_source", "utm_medium", "utm_campaign")
    )
    if "cross-network" in campaign:
        return "Cross Network"
    if medium in _PAID_MEDIUMS or medium.startswith("paid"):
        return _paid(source, medium, campaign)
    if not medium and source in {"", "(direct)", "direct", "$direct"}:
        return "Direct"
    return _organic(source, medium, campaign)


def _paid(source: str, medium: str, campaign: str) -> str:
    kind = _KINDS.get(ga4_category_of_source(source))
    if kind:
        return f"Paid {kind}"
    if SHOP.match(campaign):
        return "Paid Shopping"
    if medium in _PAID_BY_MEDIUM:
        return _PAID_BY_MEDIUM[medium]
    return "Paid Video" if _VIDEO.match(campaign) else "Paid Unknown"


def _organic(source: str, medium: str, campaign: str) -> str:
    if source == "sms":
        return "SMS"
    kind = _KINDS.get(ga4_category_of_source(source))
    if kind:
        return f"Organic {kind}"
    if SHOP.match(campaign):
        return "Organic Shopping"
    if medium in _ORGANIC_BY_MEDIUM:
        return _ORGANIC_BY_MEDIUM[medium]
    if _VIDEO.match(campaign):
        return "Organic Video"
    return "Push" if medium.endswith("push") else "Direct"

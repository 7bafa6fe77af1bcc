"""Which default channel Google Analytics 4 gives a tagged link, in GA4's own order. Pure.

Source: support.google.com/analytics/answer/9756891, “Default channel group”. The order matters:
the campaign name is read for “shop” long before the SMS rule.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tracking.source_categories import ga4_category_of_source

PAID: Final = re.compile(r"^(.*cp.*|ppc|retargeting|paid.*)$")
SHOP: Final = re.compile(r"^(.*(([^a-df-z]|^)shop|shopping).*)$")
EMAIL: Final = frozenset({"email", "e-mail", "e_mail", "e mail"})
SOCIAL: Final = frozenset(
    {"social", "social-network", "social-media", "sm", "social network", "social media"}
)
DISPLAY: Final = frozenset({"display", "banner", "expandable", "interstitial", "cpm"})


@dataclass(frozen=True, slots=True)
class Tags:
    """A link's tags as GA4 compares them."""

    source: str
    medium: str
    campaign: str
    category: str

    @property
    def is_paid(self) -> bool:
        """Whether the medium says that the click was bought."""
        return bool(PAID.match(self.medium))

    @property
    def is_shopping(self) -> bool:
        """Whether the source is a shop or the campaign's name speaks of one."""
        return self.category == "shopping" or bool(SHOP.match(self.campaign))


_RULES: Final[tuple[tuple[str, Callable[[Tags], bool]], ...]] = (
    (
        "Direct",
        lambda tags: (
            tags.source in {"(direct)", ""}
            and tags.medium in {"(not set)", "(none)", ""}
            and not tags.campaign
        ),
    ),
    ("Cross-network", lambda tags: "cross-network" in tags.campaign),
    ("Paid Shopping", lambda tags: tags.is_shopping and tags.is_paid),
    ("Paid Search", lambda tags: tags.category == "search" and tags.is_paid),
    ("Paid Social", lambda tags: tags.category == "social" and tags.is_paid),
    ("Paid Video", lambda tags: tags.category == "video" and tags.is_paid),
    ("Display", lambda tags: tags.medium in DISPLAY),
    ("Paid Other", lambda tags: tags.is_paid),
    ("Organic Shopping", lambda tags: tags.is_shopping),
    ("Organic Social", lambda tags: tags.category == "social" or tags.medium in SOCIAL),
    ("Organic Video", lambda tags: tags.category == "video" or "video" in tags.medium),
    ("Organic Search", lambda tags: tags.category == "search" or tags.medium == "organic"),
    ("Referral", lambda tags: tags.medium in {"referral", "app", "link"}),
    ("Email", lambda tags: tags.source in EMAIL or tags.medium in EMAIL),
    ("Affiliates", lambda tags: tags.medium == "affiliate"),
    ("Audio", lambda tags: tags.medium == "audio"),
    ("SMS", lambda tags: "sms" in {tags.source, tags.medium}),
    (
        "Mobile Push Notifications",
        lambda tags: (
            tags.medium.endswith("push")
            or "mobile" in tags.medium
            or "notification" in tags.medium
            or tags.source == "firebase"
        ),
    ),
)


def predict_ga4(utm: Mapping[str, str]) -> str:
    """Return GA4's channel for values named `utm_source`, `utm_medium`, `utm_campaign`."""
    source, medium, campaign = (
        utm.get(name, "").strip().casefold()
        for name in ("utm_source", "utm_medium", "utm_campaign")
    )
    tags = Tags(source, medium, campaign, ga4_category_of_source(source))
    return next((channel for channel, matches in _RULES if matches(tags)), "Unassigned")

"""The channel rules an installation starts with, in the order in which they are tried. Pure.

SMS comes first, so that no spelling of it ends in another channel; then Google Analytics 4's
default rules in their order (`tracking/ga4.py`), ad click ids, the table of referring sites.
"""

from typing import Any, Final

Condition = dict[str, Any]
DefaultRule = tuple[str, str, list[Condition]]
"""Name, channel slug, conditions."""

SMS_ALIASES: Final = [
    "sms", "mms", "text", "txt", "texts", "text-message", "text_message", "text message",
    "textmessage", "text-messaging", "texting", "sms-text", "sms-marketing", "sms-campaign",
]  # fmt: skip

_PAID: Final = r"(.*cp.*|ppc|retargeting|paid.*)"
_SHOP: Final = r"(.*(([^a-df-z]|^)shop|shopping).*)"
_EMAIL: Final = ["email", "e-mail", "e_mail", "e mail"]
_SOCIAL: Final = [
    "social", "social-network", "social-media", "sm", "social network", "social media",
]  # fmt: skip


def _when(field: str, operator: str, *values: str) -> Condition:
    return {"field": field, "operator": operator, "values": list(values)}


_IS_PAID: Final = _when("medium", "matches", _PAID)
_NO_SOURCE: Final = _when("source", "is_empty")
_NO_MEDIUM: Final = _when("medium", "is_empty")


def _clicked(*names: str) -> list[Condition]:
    return [_when("click_ids", "in", *names), _NO_SOURCE, _NO_MEDIUM]


def _of_kind(kind: str) -> Condition:
    return _when("source_category", "in", kind)


def _from_site(kind: str) -> list[Condition]:
    return [_when("referrer_category", "in", kind), _NO_SOURCE, _NO_MEDIUM]


_SMS: Final[list[DefaultRule]] = [
    ("SMS, by source", "sms", [_when("source", "in", *SMS_ALIASES)]),
    ("SMS, by medium", "sms", [_when("medium", "in", *SMS_ALIASES)]),
]

_GA4: Final[list[DefaultRule]] = [
    (
        "Marked as direct",
        "direct",
        [_when("source", "in", "(direct)"), _when("medium", "in", "(not set)", "(none)", "")],
    ),
    ("Cross-network", "cross-network", [_when("campaign", "contains", "cross-network")]),
    ("Paid shopping, by shop", "paid-shopping", [_of_kind("shopping"), _IS_PAID]),
    (
        "Paid shopping, by campaign",
        "paid-shopping",
        [_when("campaign", "matches", _SHOP), _IS_PAID],
    ),
    ("Paid search", "paid-search", [_of_kind("search"), _IS_PAID]),
    ("Paid social", "paid-social", [_of_kind("social"), _IS_PAID]),
    ("Paid video", "paid-video", [_of_kind("video"), _IS_PAID]),
    (
        "Display",
        "display",
        [_when("medium", "in", "display", "banner", "expandable", "interstitial", "cpm")],
    ),
    ("Paid, other", "paid-other", [_IS_PAID]),
    ("Shopping, by shop", "organic-shopping", [_of_kind("shopping")]),
    ("Shopping, by campaign", "organic-shopping", [_when("campaign", "matches", _SHOP)]),
    ("Social, by source", "organic-social", [_of_kind("social")]),
    ("Social, by medium", "organic-social", [_when("medium", "in", *_SOCIAL)]),
    ("Video, by source", "organic-video", [_of_kind("video")]),
    ("Video, by medium", "organic-video", [_when("medium", "contains", "video")]),
    ("Search, by source", "organic-search", [_of_kind("search")]),
    ("Search, by medium", "organic-search", [_when("medium", "in", "organic")]),
    ("Referral, by medium", "referral", [_when("medium", "in", "referral", "app", "link")]),
    ("E-mail, by source", "email", [_when("source", "in", *_EMAIL)]),
    ("E-mail, by medium", "email", [_when("medium", "in", *_EMAIL)]),
    ("Affiliates", "affiliates", [_when("medium", "in", "affiliate")]),
    ("Audio", "audio", [_when("medium", "in", "audio")]),
    ("Push, by ending", "mobile-push", [_when("medium", "ends_with", "push")]),
    ("Push, by medium", "mobile-push", [_when("medium", "contains", "mobile", "notification")]),
    ("Push, by source", "mobile-push", [_when("source", "in", "firebase")]),
]

_OTHER_TAGS: Final[list[DefaultRule]] = [
    ("AI assistant, by source", "ai-assistants", [_of_kind("ai_assistant")]),
    ("Webmail, by source", "email", [_of_kind("email")]),
    ("Messenger, by source", "messaging", [_of_kind("messaging")]),
    ("Unknown source", "unassigned", [_when("source", "is_set")]),
    ("Unknown medium", "unassigned", [_when("medium", "is_set")]),
]

_CLICK_IDS: Final[list[DefaultRule]] = [
    (
        "Search ad click",
        "paid-search",
        _clicked(
            "gclid", "gbraid", "wbraid", "gad_source", "gad_campaignid", "gclsrc", "msclkid",
            "yclid", "s_kwcid", "ef_id",
        ),
    ),
    ("Display ad click", "display", _clicked("dclid", "obclid", "dicbo", "tblci")),
    (
        "Social ad click",
        "paid-social",
        _clicked("li_fat_id", "ttclid", "twclid", "rdt_cid", "sccid", "qclid"),
    ),
    ("Free shopping listing", "organic-shopping", _clicked("srsltid")),
    ("Social click", "organic-social", _clicked("fbclid", "igshid", "igsh", "epik")),
    ("Search click", "organic-search", _clicked("ysclid")),
    ("Affiliate click", "affiliates", _clicked("irclickid", "irclid", "cjevent", "ransiteid")),
    (
        "E-mail click",
        "email",
        _clicked("mc_cid", "mc_eid", "_hsenc", "_hsmi", "mkt_tok", "_kx", "vero_id"),
    ),
]  # fmt: skip

_REFERRERS: Final[list[DefaultRule]] = [
    ("From a search engine", "organic-search", _from_site("search")),
    ("From a social network", "organic-social", _from_site("social")),
    ("From a video site", "organic-video", _from_site("video")),
    ("From a shop", "organic-shopping", _from_site("shopping")),
    ("From an AI assistant", "ai-assistants", _from_site("ai_assistant")),
    ("From webmail", "email", _from_site("email")),
    ("From a messenger", "messaging", _from_site("messaging")),
    ("From any other site", "referral", [_when("referrer_host", "is_set")]),
    ("Campaign name alone", "unassigned", [_when("campaign", "is_set")]),
    ("No trace of an origin", "direct", []),
]

DEFAULT_RULES: Final[list[DefaultRule]] = [*_SMS, *_GA4, *_OTHER_TAGS, *_CLICK_IDS, *_REFERRERS]

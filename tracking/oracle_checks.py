"""Before a send goes live: will every tool show its taps under its own channel?

An SMS send that Google Analytics files under Organic Shopping is a send whose success nobody
sees there, so anything but SMS is an error that names the tool and the reason.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from django.urls import reverse

from campaigns.models import Channel, Send
from campaigns.preflight import CheckResult, Level
from tracking.channels import TouchInputs
from tracking.ga4 import PAID, SHOP
from tracking.models import ChannelRule
from tracking.rule_sets import load_rules
from tracking.services import predict_channels

SMS: Final = "sms"
TOOLS: Final = {"ga4": "Google Analytics 4", "posthog": "PostHog"}
_Utm = Mapping[str, str]


def channel_checks(send: Send, now: datetime) -> list[CheckResult]:
    """Say for each tool which channel the send's links will get; only SMS sends are judged."""
    if send.channel.slug != SMS:
        return []
    utm = {name: getattr(send, name) for name in ("utm_source", "utm_medium", "utm_campaign")}
    predicted = predict_channels(utm)
    fix_url = reverse("admin:campaigns_send_change", args=[send.pk])
    wrong = [
        *_our_own(utm, predicted["textrail"]),
        *(
            CheckResult(
                f"channel-{tool}", Level.ERROR, _message(tool, predicted[tool], utm), fix_url
            )
            for tool in TOOLS
            if predicted[tool] != "SMS"
        ),
    ]
    if wrong:
        return wrong
    text = f"Textrail, {' and '.join(TOOLS.values())} will all show its taps as SMS."
    return [CheckResult("channel", Level.OK, text, fix_url)]


def _our_own(utm: _Utm, slug: str) -> list[CheckResult]:
    if slug == SMS:
        return []
    rule = load_rules().first_match(TouchInputs.of_utm(utm))
    row = ChannelRule.objects.filter(pk=rule.id).first() if rule else None
    name = Channel.objects.get(slug=slug).name
    because = f"the channel rule “{row.name}” comes first" if row else "no channel rule fits"
    text = f"Textrail will show tagged visits of this send as {name}, not SMS: {because}."
    fix_url = reverse("admin:tracking_channelrule_changelist")
    return [CheckResult("channel-textrail", Level.ERROR, text, fix_url)]


def _message(tool: str, channel: str, utm: _Utm) -> str:
    return f"{TOOLS[tool]} will show this send as {channel}, not SMS: {_why(channel, utm)}."


def _why(channel: str, utm: _Utm) -> str:
    """Say what made a tool choose; the advice follows in the same sentence."""
    source, medium, campaign = (utm[f"utm_{name}"] for name in ("source", "medium", "campaign"))
    reasons: list[tuple[Callable[[], bool], str]] = [
        (
            lambda: bool(PAID.match(medium)),
            f"the medium “{medium}” reads as paid traffic there; use “text”",
        ),
        (
            lambda: "Shopping" in channel and bool(SHOP.match(campaign)),
            f"“shop” in the campaign name “{campaign}” is read before the source; use another word",
        ),
        (
            lambda: channel in {"Cross-network", "Cross Network"},
            "the campaign name contains “cross-network”; choose another word",
        ),
        (
            lambda: channel in {"Unassigned", "Direct"},
            f"neither “{source}” nor “{medium}” means SMS there; use the source “sms”",
        ),
        (
            lambda: source != SMS and channel.startswith("Organic"),
            f"the source “{source}” is known there as something else; use the source “sms”",
        ),
    ]
    found = next((text for applies, text in reasons if applies()), None)
    return found or f"the medium “{medium}” means {channel} there; use “text”"

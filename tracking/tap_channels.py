"""The channel of a tap: its send's, or what the channel rules say of a link without a send."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from campaigns.models import Channel
from links.destinations import UTM_KEYS, read_pairs
from tracking.channels import Rule, TouchInputs, Verdict, classify
from tracking.pipeline import ChannelVerdict, Tap
from tracking.rule_sets import load_rules


def load_classifier() -> Callable[[Tap], ChannelVerdict]:
    """Return the function that names a tap's channel; rules and channels are loaded once."""
    channel_ids = dict(Channel.objects.values_list("slug", "pk"))
    slugs: dict[UUID, str] = {pk: slug for slug, pk in channel_ids.items()}
    rules = load_rules()
    ad_parameters = _ad_parameters(rules.rules)
    verdicts: dict[TouchInputs, Verdict] = {}
    of_sends: dict[UUID, ChannelVerdict] = {}

    def name_channel(tap: Tap) -> ChannelVerdict:
        send_channel_id = tap.link.send_channel_id if tap.link else None
        if send_channel_id is None:
            return classify_once(_inputs(tap, ad_parameters))
        if send_channel_id not in of_sends:
            own = TouchInputs(own_channel=slugs[send_channel_id])
            of_sends[send_channel_id] = classify_once(own)
        return of_sends[send_channel_id]

    def classify_once(inputs: TouchInputs) -> ChannelVerdict:
        if inputs not in verdicts:
            verdicts[inputs] = classify(inputs, rules)
        verdict = verdicts[inputs]
        return ChannelVerdict(
            channel_ids[verdict.channel_slug], verdict.rule_id, verdict.rule_set_version
        )

    return name_channel


def _ad_parameters(rules: Sequence[Rule]) -> frozenset[str]:
    """Return the parameters that the rules look for among the ad click ids."""
    return frozenset(
        value.casefold()
        for rule in rules
        for condition in rule.conditions
        if condition["field"] == "click_ids"
        for value in condition.get("values", ())
    )


def _inputs(tap: Tap, ad_parameters: frozenset[str]) -> TouchInputs:
    """Our values win over the visitor's, as they do in the address the visitor is sent to."""
    visitors: dict[str, Any] = dict(read_pairs(tap.record.query))
    ours = {name: value for name, value in tap.link.utm.items() if value} if tap.link else {}
    tap.utm = {name: value for name, value in (visitors | ours).items() if name in UTM_KEYS}
    tap.click_ids = {
        name: value[:500] for name, value in visitors.items() if name.casefold() in ad_parameters
    }
    return TouchInputs.of_utm(
        tap.utm,
        referrer=tap.record.referrer,
        click_ids=frozenset(name.casefold() for name in tap.click_ids),
    )

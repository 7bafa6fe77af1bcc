"""What a send's texts will cost: with its real short links, at its channel's rate."""

from collections.abc import Iterable

from campaigns.costs import CostEstimate, estimate
from campaigns.models import Message, Send, SendingPolicy
from campaigns.sending_policy import policy_of
from campaigns.short_links import KnownLinks, known_links
from campaigns.versions import active


def planned_cost(
    send: Send,
    messages: Iterable[Message],
    policy: SendingPolicy | None = None,
    links: KnownLinks | None = None,
) -> CostEstimate:
    """Return what these texts cost. Without a policy or links it costs the queries for them."""
    policy = policy or policy_of(send.channel)
    going = active(messages)
    links = links or known_links(going)
    return estimate(
        [(message.body, message.share) for message in going],
        send.planned_recipients,
        policy.segment_rate,
        policy.currency,
        link_length=links.longest(going),
    )

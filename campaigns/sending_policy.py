"""How a channel's sends go out: its policy, or the default where nobody wrote one."""

from campaigns.models import Channel, SendingPolicy


def policy_of(channel: Channel) -> SendingPolicy:
    """Return the channel's policy; unsaved defaults where it has none. Costs a query."""
    return SendingPolicy.objects.filter(channel=channel).first() or SendingPolicy(channel=channel)

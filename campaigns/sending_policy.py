"""How a channel's sends go out: its policy, or the default where nobody wrote one."""

from collections.abc import Collection
from uuid import UUID

from campaigns.models import Channel, SendingPolicy


def policy_of(channel: Channel) -> SendingPolicy:
    """Return the channel's policy; unsaved defaults where it has none. Costs a query."""
    return SendingPolicy.objects.filter(channel=channel).first() or SendingPolicy(channel=channel)


def policies_of(channels: Collection[UUID]) -> dict[UUID, SendingPolicy]:
    """Return each channel's policy by the channel's id, or defaults. Costs one query for all."""
    written = {row.channel_id: row for row in SendingPolicy.objects.filter(channel__in=channels)}
    return {pk: written.get(pk) or SendingPolicy(channel_id=pk) for pk in channels}

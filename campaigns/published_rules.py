"""A channel's published naming convention, as the pure rules that values are checked against."""

import datetime
from collections.abc import Iterable

from campaigns.convention_rules import Convention
from campaigns.models import Channel, ConventionToken, NamingConvention
from campaigns.name_format import NamePart


class NoConventionError(Exception):
    """The channel has no published naming convention to check against."""

    def __init__(self, channel: Channel) -> None:
        self.channel = channel
        super().__init__(
            f"{channel.name} has no published naming convention. "
            "Publish one under Plan › Naming conventions first."
        )


def published_convention(channel: Channel) -> NamingConvention:
    """Return the version in force for a channel, its parts loaded.

    Raises:
        NoConventionError: none is published.
    """
    found = (
        NamingConvention.objects.published()
        .select_related("channel")
        .prefetch_related("tokens")
        .filter(channel=channel)
        .first()
    )
    if found is None:
        raise NoConventionError(channel)
    return found


def version_before(convention: NamingConvention) -> NamingConvention | None:
    """Return what was in force before a version: for a draft, what it would replace."""
    earlier = (
        NamingConvention.objects.exclude(status=NamingConvention.Status.DRAFT)
        .exclude(pk=convention.pk)
        .filter(channel=convention.channel_id)
        .select_related("channel")
        .prefetch_related("tokens")
        .order_by("-published_at", "-version")
    )
    if convention.published_at is not None:
        earlier = earlier.filter(published_at__lte=convention.published_at)
    return earlier.first()


def rules_of(
    convention: NamingConvention,
    *,
    today: datetime.date,
    tokens: Iterable[ConventionToken] | None = None,
) -> Convention:
    """Return the rules of a version. Costs a query unless `tokens` are given or prefetched.

    `today` gives the period which suggestions write where a name lacks one.
    """
    parts = convention.tokens.all() if tokens is None else tokens
    return Convention(
        channel=convention.channel.name,
        version=convention.version,
        sources=tuple(convention.sources),
        mediums=tuple(convention.mediums),
        separator=convention.separator,
        campaign_max_length=min(convention.campaign_max_length, 100),
        reserved_words=tuple(convention.reserved_words),
        content_prefix=convention.content_prefix,
        content_numbering=convention.content_numbering,
        term_max_length=min(convention.term_max_length, 100),
        term_words=tuple(convention.term_words),
        requires_term=convention.requires_term,
        parts=tuple(part_of(token) for token in parts),
        today=today,
    )


def part_of(token: ConventionToken) -> NamePart:
    """Return a stored part as the rules know it."""
    return NamePart(
        name=token.name,
        kind=token.kind,
        words=tuple(token.words),
        is_required=token.is_required,
        example=token.example,
        max_length=token.max_length,
    )

"""What a send will look like as it stands in its form: names, addresses, texts, cost. No writes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from campaigns.channel_oracle import predict
from campaigns.conventions import Violation
from campaigns.costs import CostEstimate, VersionCost
from campaigns.full_addresses import utm_string, with_utm
from campaigns.models import Channel, Message, Send, SendingPolicy
from campaigns.phone_texts import ForcedLetter, Piece, forced_letters, pieces_of
from campaigns.planned_costs import planned_cost
from campaigns.planned_times import PlannedTime, planned_time
from campaigns.preflight import CheckResult, Level
from campaigns.published_rules import NoConventionError
from campaigns.send_checks import check_send
from campaigns.sending_policy import policy_of
from campaigns.short_links import KnownLinks, known_links
from campaigns.similar_names import SimilarSend, similar_sends
from campaigns.sms_text import Segments, count_segments, with_link
from campaigns.text_checks import text_results
from campaigns.versions import WHOLE, active

TOOLS = {"textrail": "Textrail", "ga4": "Google Analytics 4", "posthog": "PostHog"}
UTM_FIELDS = ("utm_source", "utm_medium", "utm_campaign", "utm_term")


@dataclass(frozen=True, slots=True)
class FieldVerdict:
    """What the convention says of one field's value."""

    field: str
    value: str
    violations: tuple[Violation, ...] = ()

    @property
    def state(self) -> str:
        """Return `ok`, `wrong`, `open` while a needed value is not there, `empty` where none is."""
        if not self.violations:
            return "ok" if self.value else "empty"
        return "wrong" if self.value else "open"


@dataclass(frozen=True, slots=True)
class ToolChannel:
    """The channel under which one tool will show the send, and whether it is the send's own."""

    tool: str
    channel: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class VersionPreview:
    """One version of the text as its recipients get it."""

    message: Message
    name: FieldVerdict
    share: FieldVerdict
    page: FieldVerdict
    pieces: tuple[Piece, ...]
    segments: Segments
    forced: tuple[ForcedLetter, ...]
    cost: VersionCost
    has_link: bool
    address: str
    sender: str
    warnings: tuple[CheckResult, ...]

    @property
    def recipients(self) -> str:
        """Return how many get it, for people to read."""
        return f"{self.cost.recipients:,}"

    @property
    def room(self) -> int:
        """Return how many characters as many segments hold."""
        alone, in_parts = (70, 67) if self.segments.is_unicode else (160, 153)
        return alone if self.segments.segments <= 1 else in_parts * self.segments.segments


@dataclass(frozen=True, slots=True)
class SendPreview:
    """Everything the form shows of the send as it stands.

    `missing_convention` says in words why no name could be checked.
    """

    send: Send
    fields: Mapping[str, FieldVerdict]
    query: str
    address: str
    channels: tuple[ToolChannel, ...]
    similar: tuple[SimilarSend, ...]
    versions: tuple[VersionPreview, ...]
    cost: CostEstimate
    policy: SendingPolicy | None
    planned: PlannedTime | None
    missing_convention: str

    @property
    def shares(self) -> list[int]:
        """Return the shares of the versions that people get."""
        return [
            version.message.share for version in self.versions if not version.message.retired_at
        ]

    @property
    def shares_fit(self) -> bool:
        """Say whether every recipient gets exactly one version."""
        return sum(self.shares) == WHOLE


def preview_of(send: Send, messages: Sequence[Message], *, now: datetime) -> SendPreview:
    """Return what a send would be, stored or not. Costs a few queries and writes nothing.

    Unnamed versions get the names, and untouched shares the sizes, that saving would give them.
    """
    channel: Channel | None = getattr(send, "channel", None)
    violations, missing = _judged(send, channel, messages, now)
    policy = policy_of(channel) if channel else None
    utm = {field: getattr(send, field) for field in UTM_FIELDS}
    links = known_links(messages)
    cost = planned_cost(send, messages, policy or SendingPolicy(), links)
    return SendPreview(
        send=send,
        fields={
            field: _verdict(field, getattr(send, field), violations)
            for field in (*UTM_FIELDS, "destination_url")
        },
        query=utm_string(utm),
        address=with_utm(send.destination_url, utm) if send.destination_url else "",
        channels=tuple(_channels(utm, channel)),
        similar=tuple(similar_sends(send.utm_campaign, exclude=send)),
        versions=tuple(_version_previews(send, messages, violations, policy, cost, links)),
        cost=cost,
        policy=policy,
        planned=planned_time(send, policy),
        missing_convention=missing,
    )


def _judged(
    send: Send, channel: Channel | None, messages: Sequence[Message], now: datetime
) -> tuple[Sequence[Violation], str]:
    if channel is None:
        return (), "Choose a channel: its naming convention says which values are allowed."
    try:
        return check_send(send, messages, now=now).violations, ""
    except NoConventionError as error:
        return (), str(error)


def _channels(utm: Mapping[str, str], channel: Channel | None) -> Iterator[ToolChannel]:
    """Tell each tool's channel by its name: our own is predicted by its slug."""
    own = channel.name if channel else ""
    predicted = predict(utm) or {}
    names = dict(Channel.objects.filter(slug__in=predicted.values()).values_list("slug", "name"))
    for tool, found in predicted.items():
        name = names.get(found, found)
        yield ToolChannel(TOOLS.get(tool, tool), name, name == own)


def _verdict(field: str, value: str, violations: Sequence[Violation], at: str = "") -> FieldVerdict:
    found = tuple(one for one in violations if one.field == (at or field))
    return FieldVerdict(field, value, found)


def _version_previews(
    send: Send,
    messages: Sequence[Message],
    violations: Sequence[Violation],
    policy: SendingPolicy | None,
    cost: CostEstimate,
    links: KnownLinks,
) -> list[VersionPreview]:
    length = links.longest(active(messages))
    costs = dict(zip([id(row) for row in active(messages)], cost.versions, strict=True))
    previews = []
    for index, message in enumerate(messages):
        segments = count_segments(with_link(message.body, link_length=length))
        link = links.links.get(message.pk, links.to_come)
        page = message.destination_url or send.destination_url
        utm = {field: getattr(send, field) for field in UTM_FIELDS}
        previews.append(
            VersionPreview(
                message=message,
                name=_at(message, "utm_content", index, violations),
                share=_at(message, "share", index, violations),
                page=_at(message, "destination_url", index, violations),
                pieces=tuple(pieces_of(message.body, link, segments.forced_by)),
                segments=segments,
                forced=tuple(forced_letters(segments.forced_by)),
                cost=costs.get(id(message), VersionCost(0, segments.segments)),
                has_link=message.pk in links.links,
                address=with_utm(page, {**utm, "utm_content": message.utm_content}) if page else "",
                sender=sender_of(page),
                warnings=_warnings(message, policy, length),
            )
        )
    return previews


def _at(message: Message, field: str, index: int, violations: Sequence[Violation]) -> FieldVerdict:
    value = str(getattr(message, field))
    return _verdict(field, value, violations, at=f"messages.{index}.{field}")


def _warnings(
    message: Message, policy: SendingPolicy | None, length: int
) -> tuple[CheckResult, ...]:
    """Return what stands against a text, once there is one; its letters are told apart from it."""
    if not message.body or policy is None:
        return ()
    results = text_results([message], policy, "", link_length=length)
    return tuple(one for one in results if one.level != Level.OK and one.code != "segments-unicode")


def sender_of(page: str) -> str:
    """Return whom a text seems to come from: the landing page's host, for want of a name."""
    host = page.partition("://")[2].partition("/")[0].partition("?")[0]
    return host.rpartition("@")[2].partition(":")[0].removeprefix("www.")

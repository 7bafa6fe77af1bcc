"""From a line of the journal to a touch: named steps, each enriches a tap or drops it.

Every tap becomes a click. What a step drops is no touch, for a reason of a closed list, and
the reasons are counted. The steps ask nothing: `Surroundings` holds what they need to know.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from campaigns.public_ids import encode_id
from links.codes import SUFFIX_LENGTH, normalize_code
from tracking import bots
from tracking.devices import Device, read_device
from tracking.journal_lines import TapRecord

REPEAT_SECONDS = 10
"""A recipient who taps the same link again this soon has made one touch, not two."""


class Drop(StrEnum):
    """Why a tap is no touch."""

    NOT_REDIRECTED = "not_redirected"
    LINK_REMOVED = "link_removed"
    MACHINE = "machine"
    REPEAT = "repeat"


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """What is known of a link when its tap is read.

    `live_at_us`: when its send went live. `tap_limit` is None where none is set or left to reach.
    """

    id: UUID
    code: str
    message_id: UUID | None
    send_id: UUID | None
    campaign_id: UUID | None
    send_channel_id: UUID | None
    live_at_us: int | None
    destination_url: str
    utm: Mapping[str, str]
    tap_limit: int | None = None


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """Whose link it was."""

    id: UUID
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class ChannelVerdict:
    """The channel of a touch, and what named it: no rule where it is our own send's link."""

    channel_id: UUID
    rule_id: UUID | None
    rule_set_version: str


@dataclass(slots=True)
class Tap:
    """One tap on its way through the steps.

    `utm` is set where it is not simply the link's: the visitor's own tags on a bare link.
    """

    record: TapRecord
    link: LinkFacts | None = None
    recipient: RecipientFacts | None = None
    grade: str = bots.Grade.UNKNOWN
    reason: str = bots.Reason.UNKNOWN_AGENT
    is_confirmed: bool = False
    channel: ChannelVerdict | None = None
    utm: Mapping[str, str] | None = None
    click_ids: dict[str, str] = field(default_factory=dict)
    identity_id: UUID | None = None

    @property
    def short_code(self) -> str:
        """The code in its plain form, a recipient's suffix included."""
        return normalize_code(self.record.path.partition("&")[0])

    @property
    def suffix(self) -> str:
        """The recipient's part of the code, or an empty text."""
        if self.link is None:
            return ""
        suffix = self.short_code.removeprefix(self.link.code)
        return suffix if len(suffix) == SUFFIX_LENGTH else ""

    @property
    def device(self) -> Device:
        """What it was made with, as its agent claims."""
        return read_device(self.record.user_agent)

    @property
    def is_counted(self) -> bool:
        """Whether it belongs into the counts of its link."""
        return self.link is not None and self.record.answer == "redirected"

    @property
    def is_machine(self) -> bool:
        """Whether it was graded as a machine's."""
        return self.grade == bots.Grade.MACHINE


@dataclass(slots=True)
class Surroundings:
    """Everything the steps may ask, loaded once for a whole batch.

    `earlier_bursts` are taps of earlier batches that these ones show to be a scanner's.
    `touched_at_us` holds, per (recipient, link), when it was last touched, and is written to.
    """

    classify: Callable[[Tap], ChannelVerdict]
    links: Mapping[UUID, LinkFacts] = field(default_factory=dict)
    recipients: Mapping[tuple[UUID, str], RecipientFacts] = field(default_factory=dict)
    burst_clicks: frozenset[UUID] = frozenset()
    earlier_bursts: frozenset[UUID] = frozenset()
    confirmed_clicks: frozenset[UUID] = frozenset()
    touched_at_us: dict[tuple[UUID, UUID], int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """The touches in their order, and how many taps each reason dropped."""

    touches: list[Tap]
    dropped: Counter[str]


Step = Callable[[Tap, Surroundings], Drop | None]


def find_link(tap: Tap, around: Surroundings) -> Drop | None:
    """Name the link that answered."""
    if tap.record.link_id is not None:
        tap.link = around.links.get(tap.record.link_id)
    return None


def find_recipient(tap: Tap, around: Surroundings) -> Drop | None:
    """Name the recipient whose own form of the link it was."""
    if tap.link is not None and (suffix := tap.suffix):
        tap.recipient = around.recipients.get((tap.link.id, suffix))
    return None


def grade(tap: Tap, around: Surroundings) -> Drop | None:
    """Grade the tap, with its reason."""
    record = tap.record
    tap.grade, tap.reason = bots.grade(
        bots.TapEvidence(
            method=record.method,
            user_agent=record.user_agent,
            purpose=record.purpose,
            is_burst=record.click_id in around.burst_clicks,
            seconds_since_delivery=_seconds_since_live(tap),
        )
    )
    return None


def keep_redirected(tap: Tap, _: Surroundings) -> Drop | None:
    """Drop hits that led to no destination."""
    if tap.record.answer != "redirected":
        return Drop.NOT_REDIRECTED
    return Drop.LINK_REMOVED if tap.link is None else None


def keep_human(tap: Tap, _: Surroundings) -> Drop | None:
    """Drop machines."""
    return Drop.MACHINE if tap.is_machine else None


def confirm(tap: Tap, around: Surroundings) -> Drop | None:
    """Raise the grade of a tap whose landing page has already reported its click id.

    The report of a page that ran overrules what only timing and headers suggested.
    """
    if tap.record.click_id in around.confirmed_clicks:
        if tap.reason in bots.CIRCUMSTANTIAL:
            tap.grade, tap.reason = bots.grade_user_agent(tap.record.user_agent)
        tap.is_confirmed = not tap.is_machine
    return None


def keep_first(tap: Tap, around: Surroundings) -> Drop | None:
    """Drop a recipient's repeated tap, unless the landing page has reported this very one."""
    if tap.recipient is None or tap.link is None:
        return None
    key = (tap.recipient.id, tap.link.id)
    earlier = around.touched_at_us.get(key)
    around.touched_at_us[key] = tap.record.occurred_at_us
    if earlier is None or tap.is_confirmed:
        return None
    since = tap.record.occurred_at_us - earlier
    return Drop.REPEAT if 0 <= since < REPEAT_SECONDS * 1_000_000 else None


def name_channel(tap: Tap, around: Surroundings) -> Drop | None:
    """Name the channel: its send's, whatever the tags say, or by the channel rules."""
    tap.channel = around.classify(tap)
    return None


STEPS: Sequence[Step] = (
    find_link,
    find_recipient,
    grade,
    keep_redirected,
    confirm,
    keep_human,
    keep_first,
    name_channel,
)


def run(
    taps: Iterable[Tap], around: Surroundings, *, steps: Sequence[Step] = STEPS
) -> PipelineResult:
    """Take every tap through the steps until one drops it."""
    touches: list[Tap] = []
    dropped: Counter[str] = Counter()
    for tap in taps:
        for step in steps:
            if drop := step(tap, around):
                dropped[drop] += 1
                break
        else:
            touches.append(tap)
    return PipelineResult(touches, dropped)


@dataclass(frozen=True, slots=True)
class BurstEvidence:
    """What of a tap tells a scanner: who opened which address of which send, and when."""

    click_id: UUID
    subject_id: UUID
    address_hash: str
    user_agent: str
    occurred_at_us: int
    path: str


def burst_evidence(taps: Iterable[Tap], links: Mapping[UUID, LinkFacts]) -> list[BurstEvidence]:
    """Return the evidence of taps on known links from known addresses."""
    return [
        BurstEvidence(
            record.click_id,
            link.send_id or link.id,
            record.address_hash,
            record.user_agent[:500],
            record.occurred_at_us,
            record.path,
        )
        for record in (tap.record for tap in taps)
        if record.address_hash and record.link_id and (link := links.get(record.link_id))
    ]


def find_bursts(evidence: Sequence[BurstEvidence]) -> frozenset[UUID]:
    """Return the click ids of taps that one agent made on many addresses of one send at once."""
    members = bots.burst_members(
        [
            ((one.subject_id, one.address_hash, one.user_agent), one.occurred_at_us, one.path)
            for one in evidence
        ]
    )
    return frozenset(evidence[index].click_id for index in members)


def click_value(tap: Tap) -> str:
    """Return the click id as it travels in addresses, under `tr`."""
    return encode_id(tap.record.click_id)


def _seconds_since_live(tap: Tap) -> float | None:
    if tap.link is None or tap.link.live_at_us is None:
        return None
    return (tap.record.occurred_at_us - tap.link.live_at_us) / 1_000_000

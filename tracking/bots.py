"""Was it a person? Pure: evidence in, grade and reason out. docs/redirect.md explains each reason.

Sources: crawler-user-agents (https://github.com/monperrus/crawler-user-agents), and for the
agents of link previews the threads named beside the patterns.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache

import crawleruseragents

LINK_CHECK_AGENT = "TextrailLinkCheck"
BURST_SECONDS = 5
BURST_ADDRESSES = 10
"""More short addresses of one send than this, opened by one agent from one network within
`BURST_SECONDS`, are a scanner's. No measurement stands behind the two figures."""
DELIVERY_SECONDS = 1


class Grade(StrEnum):
    """How sure we are that a person tapped. `confirmed` comes later, from the landing page."""

    LIKELY = "likely"
    UNKNOWN = "unknown"
    MACHINE = "machine"


class Reason(StrEnum):
    """Why a tap got its grade."""

    HEAD_REQUEST = "head_request"
    LINK_CHECK = "link_check"
    PREFETCH = "prefetch"
    NO_USER_AGENT = "no_user_agent"
    PREVIEW = "preview"
    SCANNER = "scanner"
    HTTP_TOOL = "http_tool"
    CRAWLER = "crawler"
    BURST = "burst"
    AT_DELIVERY = "at_delivery"
    BROWSER = "browser"
    UNKNOWN_AGENT = "unknown_agent"


CIRCUMSTANTIAL = frozenset({Reason.PREFETCH, Reason.BURST, Reason.AT_DELIVERY})
"""Reasons that a report from the landing page overrules: they say when and how, not who."""

Verdict = tuple[Grade, Reason]


@dataclass(frozen=True, slots=True)
class TapEvidence:
    """What is known of a tap when it is graded.

    `seconds_since_delivery` is None where the delivery is not known; `is_burst` comes from
    `burst_members`.
    """

    method: str
    user_agent: str
    purpose: str = ""
    is_burst: bool = False
    seconds_since_delivery: float | None = None


def grade(evidence: TapEvidence) -> Verdict:
    """Return the grade and the strongest reason for it."""
    if evidence.method == "HEAD":
        return Grade.MACHINE, Reason.HEAD_REQUEST
    if _is_prefetch(evidence.purpose):
        return Grade.MACHINE, Reason.PREFETCH
    verdict = grade_user_agent(evidence.user_agent)
    if verdict[0] is Grade.MACHINE:
        return verdict
    if evidence.is_burst:
        return Grade.MACHINE, Reason.BURST
    since_delivery = evidence.seconds_since_delivery
    if since_delivery is not None and 0 <= since_delivery < DELIVERY_SECONDS:
        return Grade.MACHINE, Reason.AT_DELIVERY
    return verdict


@lru_cache(maxsize=65_536)
def grade_user_agent(user_agent: str) -> Verdict:
    """Grade one agent; each distinct one costs the search through all patterns only once."""
    if not user_agent.strip():
        return Grade.MACHINE, Reason.NO_USER_AGENT
    if LINK_CHECK_AGENT in user_agent:
        return Grade.MACHINE, Reason.LINK_CHECK
    for reason, pattern in _machine_patterns():
        if pattern.search(user_agent):
            return Grade.MACHINE, reason
    if _BROWSER.match(user_agent):
        return Grade.LIKELY, Reason.BROWSER
    return Grade.UNKNOWN, Reason.UNKNOWN_AGENT


def burst_members(taps: Sequence[tuple[Hashable, int, str]]) -> set[int]:
    """Return the indexes of taps that belong to a burst.

    Each tap is (group, microseconds, short address); a group is one agent, from one network, on
    one send. A burst is more than `BURST_ADDRESSES` different addresses in `BURST_SECONDS`.
    """
    groups: dict[Hashable, list[tuple[int, int, str]]] = {}
    for index, (group, moment, address) in enumerate(taps):
        groups.setdefault(group, []).append((moment, index, address))
    members: set[int] = set()
    for group_taps in groups.values():
        if len(group_taps) > BURST_ADDRESSES:
            members |= _burst_members_of_group(sorted(group_taps))
    return members


def _burst_members_of_group(taps: list[tuple[int, int, str]]) -> set[int]:
    members: set[int] = set()
    addresses: dict[str, int] = {}
    start = 0
    for end, (moment, _, address) in enumerate(taps):
        addresses[address] = addresses.get(address, 0) + 1
        while moment - taps[start][0] > BURST_SECONDS * 1_000_000:
            _remove_one(addresses, taps[start][2])
            start += 1
        if len(addresses) > BURST_ADDRESSES:
            members.update(index for _, index, _ in taps[start : end + 1])
    return members


def _remove_one(counts: dict[str, int], key: str) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]


def _is_prefetch(purpose: str) -> bool:
    return bool(purpose) and bool(_PREFETCH.search(purpose))


_PREFETCH = re.compile("prefetch|preview|prerender|instant", re.IGNORECASE)

_BROWSER = re.compile(r"Mozilla/5\.0 \((?:iPhone|iPad|iPod|Linux|Android|Windows|Macintosh|X11)")

_OURS: Mapping[Reason, tuple[str, ...]] = {
    # iMessage previews come from the recipient's own address (mssola/user_agent#64); Google
    # Messages' agent is not among crawler-user-agents' patterns.
    Reason.PREVIEW: ("facebookexternalhit", "Google-PageRenderer", "Messages Link Preview"),
    Reason.SCANNER: ("Barracuda", "SafeLinks", "Proofpoint", "Mimecast", "URLDefense", "Symantec"),
    Reason.HTTP_TOOL: (r"^Java/", r"^Dalvik/", r"^Ruby", r"^Dart/", r"^undici", r"^node$"),
}

_NOT_MACHINES = frozenset({"MetaIAB Facebook"})
"""Patterns we do not use: this one is Facebook's in-app browser, with a person in front."""

_REASON_OF_TAG = {
    "social-preview": Reason.PREVIEW,
    "scanner": Reason.SCANNER,
    "http-library": Reason.HTTP_TOOL,
}


@cache
def _machine_patterns() -> list[tuple[Reason, re.Pattern[str]]]:
    """Compile all patterns into one expression per reason, the most telling reason first."""
    patterns: dict[Reason, list[str]] = {reason: list(ours) for reason, ours in _OURS.items()}
    for entry in crawleruseragents.CRAWLER_USER_AGENTS_DATA:
        if entry["pattern"] not in _NOT_MACHINES:
            patterns.setdefault(_reason_of(entry.get("tags", ())), []).append(entry["pattern"])
    return [(reason, re.compile("|".join(found))) for reason, found in patterns.items()]


def _reason_of(tags: Sequence[str]) -> Reason:
    return next((_REASON_OF_TAG[tag] for tag in tags if tag in _REASON_OF_TAG), Reason.CRAWLER)

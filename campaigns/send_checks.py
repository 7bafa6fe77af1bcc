"""What a send's plan must satisfy: its UTM values, and its messages."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils import timezone

from campaigns.convention_rules import FIELDS, Convention
from campaigns.conventions import Violation, check
from campaigns.models import Message, NamingConvention, Send
from campaigns.preflight import CheckResult, Level
from campaigns.published_rules import NoConventionError, published_convention, rules_of
from campaigns.sms_text import LINK_MARK, Segments, count_segments, with_link

_OPT_OUT_WORDS = ("stop", "opt out", "opt-out", "unsubscribe")
_TRIED_SUFFIXES = 50


@dataclass(frozen=True, slots=True)
class SendVerdict:
    """What a check of a send against a convention found."""

    convention: NamingConvention
    violations: tuple[Violation, ...]
    suggested: dict[str, str]


def check_send(send: Send, messages: Sequence[Message], *, now: datetime.datetime) -> SendVerdict:
    """Check a send's UTM values and its messages' versions. Costs a few queries.

    Violations of a message carry the field `messages.0.utm_content`.

    Raises:
        NoConventionError: the send's channel has no published convention.
    """
    convention = published_convention(send.channel)
    rules = rules_of(convention, today=timezone.localdate(now))
    utm = {field: getattr(send, field) for field in FIELDS if hasattr(send, field)}
    verdict = check(utm, rules)
    suggested = dict(verdict.suggested)
    suggested["utm_campaign"] = free_campaign_name(suggested["utm_campaign"], rules, send)
    found = [
        *_with_free_name(verdict.violations, suggested["utm_campaign"]),
        *_already_used(send, suggested["utm_campaign"], verdict.violations),
        *_check_versions(messages, rules),
    ]
    return SendVerdict(convention, tuple(found), suggested)


def _with_free_name(violations: Sequence[Violation], name: str) -> Iterator[Violation]:
    """Let every suggestion of a campaign name be one that no other send has."""
    for found in violations:
        if found.field == "utm_campaign":
            yield Violation(found.field, found.value, found.rule, found.message, name)
        else:
            yield found


def _already_used(
    send: Send, suggestion: str, violations: Sequence[Violation]
) -> Iterator[Violation]:
    if any(found.field == "utm_campaign" for found in violations):
        return
    other = _other_send(send.utm_campaign, send)
    if other is not None:
        yield already_used(send.utm_campaign, other, suggestion)


def already_used(value: str, other: Send, suggestion: str) -> Violation:
    """Return the violation of a campaign name that an earlier send has."""
    day = timezone.localtime(other.scheduled_at or other.live_at or other.created_at)
    message = (
        f"“{value}” was already used by the send “{other.name}” of {day:%-d %B %Y}. "
        "A reused name hides how each send did."
    )
    return Violation("utm_campaign", value, "already-used", message, suggestion)


def _other_send(name: str, send: Send) -> Send | None:
    return Send.objects.filter(utm_campaign__iexact=name).exclude(pk=send.pk).first()


def free_campaign_name(name: str, rules: Convention, send: Send) -> str:
    """Return the name, or one close to it that passes and that no other send has.

    Where fifty tries find none, an empty string.
    """
    candidates = [name, *_numbered(name, rules.campaign_max_length)]
    taken = set(
        Send.objects.filter(utm_campaign__in=candidates)
        .exclude(pk=send.pk)
        .values_list("utm_campaign", flat=True)
    )
    for candidate in candidates:
        if candidate not in taken and _passes(candidate, rules):
            return candidate
    return ""


def _numbered(name: str, longest: int) -> Iterator[str]:
    """Yield `trial-june-2`, `trial-2-june`, `trial-june-3`, …, each short enough."""
    head, _, tail = name.rpartition("-")
    for number in range(2, _TRIED_SUFFIXES):
        suffix = f"-{number}"
        yield name[: longest - len(suffix)].strip("-") + suffix
        if head:
            room = longest - len(suffix) - len(tail) - 1
            yield f"{head[: max(room, 1)].strip('-')}{suffix}-{tail}"


def _passes(name: str, rules: Convention) -> bool:
    verdict = check({"utm_campaign": name}, rules)
    return all(found.field != "utm_campaign" for found in verdict.violations)


def _check_versions(messages: Sequence[Message], rules: Convention) -> Iterator[Violation]:
    seen: set[str] = set()
    for index, message in enumerate(messages):
        field, value = f"messages.{index}.utm_content", message.utm_content
        free = next(
            (
                version
                for letter in "abcdefghijklmnopqrstuvwxyz"
                if (version := f"{rules.content_prefix}-{letter}") not in seen
            ),
            "",
        )
        for found in check({"utm_content": value}, rules).violations:
            if found.field == "utm_content":
                yield Violation(field, value, found.rule, found.message, found.suggestion)
        if not value and len(messages) > 1:
            message_text = "Each of several versions needs its own utm_content."
            yield Violation(field, value, "required", message_text, free)
        elif value in seen:
            message_text = f"“{value}” is the name of another version of this send."
            yield Violation(field, value, "already-used", message_text, free)
        seen.add(value)


def plan_checks(send: Send, now: datetime.datetime) -> list[CheckResult]:
    """Return what `campaigns` itself knows about a send: UTM values, link mark, wording, cost."""
    messages = list(send.messages.all())
    fix_url = reverse("admin:campaigns_send_change", args=[send.pk])
    return [
        *_convention_results(send, messages, fix_url, now),
        *_message_results(messages, fix_url),
        *_schedule_results(send, fix_url, now),
    ]


def _convention_results(
    send: Send, messages: Sequence[Message], fix_url: str, now: datetime.datetime
) -> list[CheckResult]:
    try:
        verdict = check_send(send, messages, now=now)
    except NoConventionError as error:
        where = reverse("admin:campaigns_namingconvention_changelist")
        return [CheckResult("convention-missing", Level.ERROR, str(error), where)]
    if not verdict.violations:
        text = f"The UTM values follow the {verdict.convention}."
        return [CheckResult("convention", Level.OK, text, fix_url)]
    return [
        CheckResult(
            f"convention-{found.rule}",
            Level.ERROR,
            found.message + (f" Try “{found.suggestion}”." if found.suggestion else ""),
            fix_url,
        )
        for found in verdict.violations
    ]


def _message_results(messages: Sequence[Message], fix_url: str) -> Iterator[CheckResult]:
    if not messages:
        yield CheckResult("message-missing", Level.ERROR, "Write at least one message.", fix_url)
    for message in messages:
        name = f"Message {message.utm_content}" if message.utm_content else "The message"
        yield _link_result(message, name, fix_url)
        if not any(word in message.body.casefold() for word in _OPT_OUT_WORDS):
            text = f"{name} does not say how to opt out, such as “Reply STOP to opt out”."
            yield CheckResult("opt-out-missing", Level.WARNING, text, fix_url)
        yield _cost_result(count_segments(with_link(message.body)), name, fix_url)


def _link_result(message: Message, name: str, fix_url: str) -> CheckResult:
    marks = message.body.count(LINK_MARK)
    if marks == 1:
        return CheckResult("link-mark", Level.OK, f"{name} has its short link.", fix_url)
    if marks:
        text = f"{name} has {LINK_MARK} {marks} times; once is enough."
        return CheckResult("link-mark-repeated", Level.WARNING, text, fix_url)
    text = f"{name} has no {LINK_MARK}. Write it where the short link goes."
    return CheckResult("link-mark-missing", Level.ERROR, text, fix_url)


def _cost_result(found: Segments, name: str, fix_url: str) -> CheckResult:
    parts = f"{found.segments} segment{'' if found.segments == 1 else 's'}"
    if not found.is_unicode:
        text = f"{name} takes {parts} of GSM-7 text, link included."
        return CheckResult("segments", Level.OK, text, fix_url)
    letters = " ".join(found.forced_by[:5])
    text = f"{name} takes {parts} because of {letters} (Unicode). Without it: {found.without_them}."
    level = Level.WARNING if found.segments > found.without_them else Level.OK
    return CheckResult("segments-unicode", level, text, fix_url)


def _schedule_results(send: Send, fix_url: str, now: datetime.datetime) -> Iterator[CheckResult]:
    if send.status in {"draft", "ready"} and send.scheduled_at and send.scheduled_at < now:
        text = f"The planned time, {timezone.localtime(send.scheduled_at):%-d %B %Y %H:%M}, has passed."
        yield CheckResult("schedule-past", Level.WARNING, text, fix_url)

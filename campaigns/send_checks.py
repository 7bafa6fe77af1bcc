"""Check a send against its channel's convention: its UTM values, versions and pages."""

import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils import timezone

from campaigns.convention_rules import Convention
from campaigns.conventions import Violation, check
from campaigns.landing_pages import broken_page
from campaigns.models import Message, NamingConvention, Send
from campaigns.name_suggestions import numbered_names
from campaigns.published_rules import published_convention, rules_of
from campaigns.utm_parameters import FIELDS
from campaigns.versions import assign_versions, check_versions


@dataclass(frozen=True, slots=True)
class SendVerdict:
    """What a check of a send against a convention found."""

    convention: NamingConvention
    violations: tuple[Violation, ...]
    suggested: dict[str, str]


def check_send(send: Send, messages: Sequence[Message], *, now: datetime.datetime) -> SendVerdict:
    """Check a send's UTM values, its messages' versions and its pages. Costs a few queries.

    Unnamed versions are named first, and shares that nobody touched are made even: what passes
    here is what is stored. Violations of a message carry the field `messages.0.utm_content`.

    Raises:
        NoConventionError: the send's channel has no published convention.
    """
    convention = published_convention(send.channel)
    rules = rules_of(convention, today=timezone.localdate(now))
    utm = {field: getattr(send, field) for field in FIELDS if hasattr(send, field)}
    assign_versions(messages, rules)
    verdict = check(utm, rules)
    suggested = dict(verdict.suggested)
    suggested["utm_campaign"] = free_campaign_name(suggested["utm_campaign"], rules, send)
    found = [
        *_with_free_name(verdict.violations, suggested["utm_campaign"]),
        *_already_used(send, suggested["utm_campaign"], verdict.violations),
        *check_versions(messages, rules),
        *_broken_pages(send, messages),
    ]
    return SendVerdict(convention, tuple(found), suggested)


def _broken_pages(send: Send, messages: Sequence[Message]) -> Iterator[Violation]:
    """Name landing pages that no short link may lead to, the send's own and its versions'."""
    yield from broken_page("destination_url", send.destination_url)
    for index, message in enumerate(messages):
        yield from broken_page(f"messages.{index}.destination_url", message.destination_url)


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

    Where none is found among fifty numbers, an empty string.
    """
    if _passes(name, rules) and not _taken([name], send):
        return name
    candidates = list(numbered_names(name, rules))
    taken = _taken(candidates, send)
    return next((one for one in candidates if one not in taken), "")


def _taken(names: Sequence[str], send: Send) -> set[str]:
    """Return which of the names other sends have. Costs a query."""
    others = Send.objects.filter(utm_campaign__in=names).exclude(pk=send.pk)
    return set(others.values_list("utm_campaign", flat=True))


def _passes(name: str, rules: Convention) -> bool:
    verdict = check({"utm_campaign": name}, rules)
    return all(found.field != "utm_campaign" for found in verdict.violations)

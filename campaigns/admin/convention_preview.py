"""What a convention would accept and refuse, shown while its draft is typed."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from campaigns.admin.convention_forms import PREVIEW, ConventionForm, TokenFormSet
from campaigns.convention_documents import Since, campaign_rule, since
from campaigns.convention_examples import Example, accepted, rejected
from campaigns.convention_faults import faults_of
from campaigns.convention_rules import Convention
from campaigns.conventions import Verdict, check
from campaigns.models import Channel, NamingConvention
from campaigns.name_suggestions import example_campaign
from campaigns.published_rules import rules_of, version_before

TRIED = "_try"
_LONGEST_TRIED = 2000


@dataclass(frozen=True, slots=True)
class Preview:
    """What the page shows of a version's rules."""

    faults: list[str]
    form: str
    example: str
    accepted: list[Example]
    rejected: list[Example]
    tried: str
    verdict: Verdict | None
    news: Since | None
    asks: str
    """The name of the button that asks for it without JavaScript."""


def preview_of(
    convention: NamingConvention, rules: Convention, *, tried: str, mistyped: list[str]
) -> Preview:
    """Return what a version accepts, refuses and changes. Costs a few queries.

    `tried` is a campaign name to judge, `mistyped` what could not be read of the form.
    """
    before = version_before(convention)
    old = None if before is None else rules_of(before, today=rules.today)
    return Preview(
        faults=[*mistyped, *faults_of(rules)],
        form=campaign_rule(rules),
        example=example_campaign(rules),
        accepted=accepted(rules),
        rejected=rejected(rules),
        tried=tried,
        verdict=_judged(tried, rules) if tried else None,
        news=since(old, rules),
        asks=PREVIEW,
    )


def _judged(tried: str, rules: Convention) -> Verdict:
    """Judge a campaign name alone."""
    verdict = check({"utm_campaign": tried}, rules)
    found = tuple(one for one in verdict.violations if one.field == "utm_campaign")
    return Verdict(found, verdict.suggested)


def stored_preview(request: HttpRequest, convention: NamingConvention) -> Preview:
    """Return the preview of a version as it is stored."""
    rules = rules_of(convention, today=timezone.localdate())
    return preview_of(convention, rules, tried=_tried(request), mistyped=[])


def typed_preview(request: HttpRequest, form: ConventionForm, parts: TokenFormSet) -> Preview:
    """Return the preview of what a form says now. Stores nothing.

    What cannot be read keeps its stored value, and is named.
    """
    form.is_valid()
    parts.is_valid()
    convention = form.instance
    convention.sources, convention.mediums = convention.sources or [], convention.mediums or []
    if convention.channel_id is None:
        convention.channel = Channel(name="this channel")
    rules = rules_of(convention, today=timezone.localdate(), tokens=parts.parts())
    mistyped = [
        f"{one.fields[field].label}: {message}"
        for one in (form, *parts.kept_forms())
        for field, messages in one.errors.items()
        if field in one.fields
        for message in messages
    ]
    return preview_of(convention, rules, tried=_tried(request), mistyped=mistyped)


def _tried(request: HttpRequest) -> str:
    asked: Any = request.POST if request.method == "POST" else request.GET
    text: str = asked.get(TRIED, "")
    return text.strip()[:_LONGEST_TRIED]

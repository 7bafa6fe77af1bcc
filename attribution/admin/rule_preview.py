"""What a rule that is being written would do: its words, and an example journey divided by it."""

from dataclasses import dataclass
from typing import Any

from attribution.definitions import rule_in_words
from attribution.models import CreditRule
from attribution.rule_examples import AMOUNT_MINOR, EXAMPLES, Part, divided_example
from attribution.rule_form import CreditRuleForm
from attribution.weights import DATA_DRIVEN, InvalidRuleError, weighting
from campaigns.models import Channel

EXAMPLE = "_example"
"""The name of the choice of an example; it is no part of the rule."""

_FIT_ON_SAVE = (
    "Its shares are fitted on your own journeys when you save. Until then there is nothing to show."
)


@dataclass(frozen=True, slots=True)
class Preview:
    """What stands beside the form. `faults` are what keeps a rule from being divided by."""

    words: str
    faults: list[str]
    note: str
    examples: list[tuple[str, str]]
    chosen: str
    rows: list[dict[str, Any]]
    milestones: str


@dataclass(frozen=True, slots=True)
class _Draft:
    kind: str
    parameters: dict[str, Any]
    lookback_days: int | None
    contact_mode: str


def preview_of(form: CreditRuleForm, *, chosen: str) -> Preview:
    """Return what a rule does as the form has it now. Stores and fits nothing. One query."""
    chosen = chosen if chosen in EXAMPLES else next(iter(EXAMPLES))
    draft, faults = _draft(form)
    words, note = "", ""
    rows: list[dict[str, Any]] = []
    if draft is not None:
        try:
            words, rows = _shown(draft, chosen)
        except InvalidRuleError as error:
            if draft.kind in DATA_DRIVEN and error.field == "shares":
                note = _FIT_ON_SAVE
            else:
                faults = [str(error)]
    return Preview(
        words=words,
        faults=faults,
        note=note,
        examples=[(key, example.name) for key, example in EXAMPLES.items()],
        chosen=chosen,
        rows=rows,
        milestones=_milestones(chosen),
    )


def _draft(form: CreditRuleForm) -> tuple[_Draft | None, list[str]]:
    if not form.is_bound:
        rule = form.instance
        known = {**_stored(rule), **form.initial} if rule.pk else dict(form.initial)
        known["kind"] = known.get("kind") or CreditRule.Kind.values[0]  # as the empty form shows it
        return _draft_of(known, form.start), []
    if form.is_valid():
        return _draft_of(form.cleaned_data, form.parameters()), []
    faults = [
        f"{form.fields[name].label}: {error}" if name in form.fields else str(error)
        for name, errors in form.errors.items()
        for error in errors
        if name not in {"slug", "name"}
    ]
    if faults:
        return None, faults
    return _draft_of(form.cleaned_data, form.parameters()), []


def _stored(rule: CreditRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in ("kind", "lookback_days", "contact_mode")}


def _draft_of(known: dict[str, Any], parameters: dict[str, Any]) -> _Draft:
    default = CreditRule.ContactMode.ROLES_ELSE_COMPANY.value
    return _Draft(
        kind=known["kind"],
        parameters=parameters,
        lookback_days=known.get("lookback_days"),
        contact_mode=known.get("contact_mode") or default,
    )


def _shown(draft: _Draft, chosen: str) -> tuple[str, list[dict[str, Any]]]:
    """Return the rule's words and the rows of the example divided by it."""
    words = rule_in_words(
        kind=draft.kind,
        parameters=draft.parameters,
        lookback_days=draft.lookback_days,
        contact_mode=draft.contact_mode,
    )
    channels = {channel.slug: channel for channel in Channel.objects.all()}
    parts = divided_example(
        EXAMPLES[chosen],
        weighting=weighting(kind=draft.kind, parameters=draft.parameters),
        lookback_days=draft.lookback_days,
        channel_ids={slug: str(channel.pk) for slug, channel in channels.items()},
    )
    return words, [_row(part, channels) for part in parts]


def _row(part: Part, channels: dict[str, Channel]) -> dict[str, Any]:
    channel = channels.get(part.touch.channel)
    percent = part.amount_minor * 100 / AMOUNT_MINOR
    return {
        "when": f"{part.touch.days_before} days before",
        "what": f"{channel.name if channel else part.touch.channel} {part.touch.kind}",
        "color": channel.color if channel else "",
        "notes": part.notes,
        "percent": f"{percent:.2f}%",
        "width": f"{percent:.2f}",
        "amount": f"{part.amount_minor / 100:,.2f}",
        "earns": bool(part.amount_minor),
    }


def _milestones(chosen: str) -> str:
    """Say when the example's lead and opportunity were, which decides who holds them."""
    example = EXAMPLES[chosen]
    told = [
        f"{label} {days} days before the win"
        for label, days in (
            ("lead", example.lead_days_before),
            ("opportunity", example.opportunity_days_before),
        )
        if days is not None
    ]
    return f"Won for 10,000.00; {', '.join(told)}." if told else "Won for 10,000.00."

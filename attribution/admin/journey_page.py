"""What a deal's page and the file made of it show: the explanation as rows of words."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.utils.timezone import localtime

from attribution.deal_explanation import Held, OutcomeExplained
from attribution.deal_journey import DealTimeline, Moment
from attribution.definitions import rule_in_words
from attribution.explanation import TouchStep
from attribution.explanation_words import (
    ANCHOR_NAMES,
    age_in_words,
    conclusion,
    exact_in_words,
    normalised_in_words,
    ratio_in_words,
    rounding_in_words,
)
from attribution.journey_chart import JourneyChart, Milestone, Point, journey_chart
from attribution.models import Bucket, CreditRule, Outcome
from attribution.page_urls import page_url
from attribution.reports.columns import shown_count
from attribution.reports.metrics import counted
from attribution.reports.wording import reason_in_words
from campaigns.money import display_amount, minor_digits

Context = dict[str, Any]
Address = Callable[..., str]
"""Returns a page's address, or nothing in a file, which leads nowhere."""

_ICONS = {
    "touch": "ads_click",
    "exposure": "sms",
    "event": "bolt",
    "stage": "flag",
    "refund": "undo",
}
_PAGES = {
    "touch": "tracking_touchpoint_change",
    "event": "tracking_event_change",
    "refund": "crm_sync_dealrefund_change",
}
_TAGS = {"won": "tr-tag-good", "lost": "tr-tag-bad"}
_GREY = "#8b93a3"


def page_context(timeline: DealTimeline, *, address: Address = page_url) -> Context:
    """Return everything the templates of `attribution/journey/` print."""
    deal, shown, rule = timeline.deal, timeline.shown, timeline.rule
    names = {one.slug: one.name for one in timeline.rules}
    return {
        "deal": deal,
        "amount": "No amount"
        if deal.amount_minor is None
        else display_amount(deal.amount_minor, deal.currency),
        "state_tag": _TAGS.get(deal.outcome, "tr-tag-accent"),
        "deal_url": address("crm_sync_deal_change", deal.pk),
        "as_of": timeline.as_of,
        "rule": rule,
        "definition": _definition(rule) if rule else "",
        "outcomes": [_outcome_choice(one, shown) for one in timeline.explained],
        "chart": _chart(timeline),
        "formula": _formula(shown, timeline, address) if shown and rule else None,
        "history": _history(shown, address) if shown else [],
        "moments": [_moment(moment, timeline, names, address) for moment in timeline.moments],
        "unearned": _unearned(timeline, names),
        "channel_names": list(
            dict.fromkeys(
                one.channel.name for one in timeline.moments if one.kind == "touch" and one.channel
            )
        ),
    }


def _definition(rule: CreditRule) -> str:
    return rule_in_words(
        kind=rule.kind,
        parameters=rule.parameters,
        lookback_days=rule.lookback_days,
        contact_mode=rule.contact_mode,
    )


def _money(minor: int) -> str:
    return display_amount(minor, settings.REPORTING_CURRENCY)


def _outcome_choice(one: OutcomeExplained, shown: OutcomeExplained | None) -> Context:
    moment = one.outcome.occurred_at
    day = f"{localtime(moment):%-d %b %Y}" if moment else "no date"
    return {
        "id": one.outcome.pk,
        "label": f"{one.outcome.get_kind_display()}, {day}",
        "is_shown": one is shown,
    }


def _chart(timeline: DealTimeline) -> JourneyChart | None:
    shown = timeline.shown
    steps = (
        {shown.touch_ids[step.row]: step for step in shown.explanation.steps}
        if shown and shown.explanation
        else {}
    )
    points = [
        _point(moment, steps.get(moment.id))
        for moment in timeline.moments
        if moment.kind == "touch"
    ]
    milestones = [
        Milestone(one.outcome.occurred_at, one.outcome.get_kind_display())
        for one in timeline.explained
        if one.outcome.occurred_at and one.outcome.exclusion != Outcome.Exclusion.WITHDRAWN
    ]
    return journey_chart(points, milestones) if points else None


def _point(moment: Moment, step: TouchStep | None) -> Point:
    channel = moment.channel.name if moment.channel else moment.title
    earned = step.division.amount_minor if step and step.division else 0
    return Point(
        at=moment.occurred_at,
        color=(moment.channel.color if moment.channel else "") or _GREY,
        hint=f"{localtime(moment.occurred_at):%-d %b %Y, %H:%M} · {channel} · {_money(earned)}",
        marks=" + ".join(step.marks) if step else "",
        earns=bool(step and step.division and (earned or step.division.count_micro)),
    )


def _formula(one: OutcomeExplained, timeline: DealTimeline, address: Address) -> Context:
    """Return the table of the division; its rows are the touches that earn."""
    moments = {moment.id: moment for moment in timeline.moments if moment.kind == "touch"}
    found, outcome = one.explanation, one.outcome
    steps = [step for step in found.steps if step.division] if found else []
    return {
        "goal": outcome.get_kind_display(),
        "amount": _money(outcome.amount_minor),
        "excluded": outcome.get_exclusion_display() if outcome.exclusion else "",
        "reason": reason_in_words(found.reason) if found and found.reason else "",
        "rows": [
            _row(step, one, moments.get(one.touch_ids[step.row]))
            | _ways(one.touch_ids[step.row], one, timeline, address)
            for step in steps
        ],
        "silent": len(found.steps) - len(steps) if found else 0,
        "total_weight": found.total_weight if found else 0,
        "count": shown_count(counted(sum(s.division.count_micro for s in steps if s.division))),
        "conclusion": conclusion(found, money=_money) if found else "",
        "agrees": one.agrees,
        "held": _money(one.held_minor),
        "unearned": [
            {
                "bucket": part.bucket,
                "reason": reason_in_words(part.reason),
                "amount": _money(part.held.amount_minor),
            }
            for part in one.unearned
        ],
        "entries_url": _entries_url(address, timeline, outcome=outcome.pk),
    }


def _ways(
    touch_id: UUID, one: OutcomeExplained, timeline: DealTimeline, address: Address
) -> Context:
    """Return where a row leads to: the touch, and its entries."""
    return {
        "url": address("tracking_touchpoint_change", touch_id),
        "entries_url": _entries_url(address, timeline, outcome=one.outcome.pk, touch=touch_id),
    }


def _row(step: TouchStep, one: OutcomeExplained, moment: Moment | None) -> Context:
    touch_id, found = one.touch_ids[step.row], one.explanation
    division, ratio = step.division, step.ratio
    if division is None or ratio is None or found is None:
        return {}
    held = one.held.get(touch_id, Held(0, 0))
    return {
        "at": moment.occurred_at if moment else None,
        "title": _touch_title(moment),
        "color": moment.channel.color if moment and moment.channel else _GREY,
        "age": age_in_words(step.age),
        "anchors": ", ".join(ANCHOR_NAMES[name] for name in step.marks),
        "weight": ratio_in_words(ratio, is_even=found.is_even),
        "normalised": normalised_in_words(step.normalised),
        "exact": exact_in_words(division, digits=minor_digits(settings.REPORTING_CURRENCY)),
        "amount": _money(division.amount_minor),
        "count": shown_count(counted(division.count_micro)),
        "rounding": rounding_in_words(division, found),
        "held": _money(held.amount_minor),
    }


def _touch_title(moment: Moment | None) -> str:
    if moment is None:
        return "A touch of somebody else at the company"
    return moment.channel.name if moment.channel else moment.title


def _entries_url(address: Address, timeline: DealTimeline, **filters: Any) -> str:
    """Return the address of the very entries that a figure of the page is the sum of."""
    url = address("attribution_creditentry_changelist")
    if timeline.rule:
        filters["rule"] = timeline.rule.slug
    if timeline.as_of:
        filters["as_of"] = timeline.as_of.isoformat()
    return f"{url}?{urlencode(filters)}" if url else ""


def _history(one: OutcomeExplained, address: Address) -> list[Context]:
    return [
        {
            "posting": posting,
            "cause": posting.cause_in_words,
            "url": address("attribution_creditbatch_change", posting.batch_id),
            "changes": [
                {
                    "bucket": Bucket(change.bucket).label,
                    "before": _money(change.before_minor),
                    "after": _money(change.after_minor),
                }
                for change in posting.changes
            ],
            "moved": _money(posting.moved_minor),
        }
        for posting in one.history
    ]


def _moment(
    moment: Moment, timeline: DealTimeline, names: dict[str, str], address: Address
) -> Context:
    slug = timeline.rule.slug if timeline.rule else ""
    credit = [
        {"rule": names.get(rule, rule), "parts": _parts(goals), "is_chosen": rule == slug}
        for rule, goals in moment.credit.items()
    ]
    click = moment.click_id if moment.link else None
    return {
        "moment": moment,
        "icon": _ICONS[moment.kind],
        "color": moment.channel.color if moment.channel else "",
        "url": address(_PAGES[moment.kind], moment.id) if moment.kind in _PAGES else "",
        "tap_url": address("tracking_click_change", click) if click else "",
        "send_url": address("campaigns_send_change", moment.send.pk) if moment.send else "",
        "utm": ", ".join(f"{name}={value}" for name, value in moment.utm.items()),
        "chosen": next((one for one in credit if one["is_chosen"]), None),
        "others": [one for one in credit if not one["is_chosen"]],
    }


def _parts(goals: dict[str, int]) -> list[dict[str, str]]:
    return [
        {"goal": Outcome.Kind(goal).label, "amount": _money(minor)}
        for goal, minor in sorted(goals.items())
    ]


def _unearned(timeline: DealTimeline, names: dict[str, str]) -> list[Context]:
    """Group what nobody earned by reason: the rules mostly agree."""
    groups: dict[tuple[str, str, str, int], list[str]] = {}
    for one in timeline.unearned:
        key = (one.goal, one.bucket, one.reason, one.amount_minor)
        groups.setdefault(key, []).append(names.get(one.rule, one.rule))
    return [
        {
            "goal": Outcome.Kind(goal).label,
            "bucket": bucket,
            "reason": reason_in_words(reason),
            "amount": _money(amount),
            "rules": "all rules" if len(rules) == len(names) else ", ".join(rules),
        }
        for (goal, bucket, reason, amount), rules in groups.items()
    ]

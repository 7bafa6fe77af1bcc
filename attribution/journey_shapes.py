"""A deal's journey as JSON: the same for the API and for the file a page offers."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from attribution.credit_history import Posting
from attribution.deal_explanation import Held, OutcomeExplained
from attribution.deal_journey import DealTimeline, Moment
from attribution.definitions import rule_in_words
from attribution.explanation import Explanation, TouchStep
from attribution.explanation_words import conclusion, ratio_in_words, verdict_in_words
from attribution.models import CreditRule
from attribution.reports.report import count_text
from campaigns.money import api_money, display_amount, format_amount

_SECOND = 1_000_000


def journey_json(timeline: DealTimeline, *, currency: str) -> dict[str, Any]:
    """Return a deal's journey and the explanation of its outcomes.

    Amounts are decimals in `currency`; quotients also come as exact fractions of minor units.
    """
    deal = timeline.deal
    unattributed: dict[str, dict[str, Any]] = defaultdict(dict)
    for one in timeline.unearned:
        unattributed[one.rule][one.goal] = {
            "reason": one.reason,
            "bucket": one.bucket,
            "amount": format_amount(one.amount_minor, currency),
        }
    return {
        "deal": {
            "id": str(deal.pk),
            "external_id": deal.external_id,
            "connection": deal.connection.slug,
            "name": deal.name,
            "company": deal.company.name if deal.company else None,
            "stage": deal.stage.name,
            "outcome": deal.outcome,
            "amount": None
            if deal.amount_minor is None
            else api_money(deal.amount_minor, deal.currency),
        },
        "currency": currency,
        "as_of": timeline.as_of.isoformat() if timeline.as_of else None,
        "timeline": [_moment_json(moment, currency) for moment in timeline.moments],
        "unattributed": unattributed,
        "rule": _rule_json(timeline.rule) if timeline.rule else None,
        "explanations": [
            _outcome_json(one, timeline.rule, currency)
            for one in timeline.explained
            if timeline.rule
        ],
    }


def _moment_json(moment: Moment, currency: str) -> dict[str, Any]:
    return {
        "kind": moment.kind,
        "id": str(moment.id),
        "occurred_at": moment.occurred_at.isoformat(),
        "title": moment.title,
        "note": moment.note,
        "channel": moment.channel.slug if moment.channel else None,
        "utm": moment.utm,
        "send": str(moment.send.pk) if moment.send else None,
        "message": str(moment.message.pk) if moment.message else None,
        "link": str(moment.link.pk) if moment.link else None,
        "click": str(moment.click_id) if moment.click_id else None,
        "person": str(moment.person_id) if moment.person_id else None,
        "credit": {
            rule: {goal: format_amount(minor, currency) for goal, minor in goals.items()}
            for rule, goals in moment.credit.items()
        },
    }


def _rule_json(rule: CreditRule) -> dict[str, Any]:
    return {
        "id": str(rule.pk),
        "slug": rule.slug,
        "version": rule.version,
        "name": rule.name,
        "kind": rule.kind,
        "parameters": rule.parameters,
        "lookback_days": rule.lookback_days,
        "contact_mode": rule.contact_mode,
        "definition": rule_in_words(
            kind=rule.kind,
            parameters=rule.parameters,
            lookback_days=rule.lookback_days,
            contact_mode=rule.contact_mode,
        ),
    }


def _outcome_json(one: OutcomeExplained, rule: CreditRule, currency: str) -> dict[str, Any]:
    outcome, found = one.outcome, one.explanation
    return {
        "outcome": str(outcome.pk),
        "goal": outcome.kind,
        "occurred_at": outcome.occurred_at.isoformat() if outcome.occurred_at else None,
        "amount": format_amount(outcome.amount_minor, currency),
        "rate": None if outcome.rate is None else f"{outcome.rate:f}",
        "exclusion": outcome.exclusion or None,
        "reason": found.reason or None if found else None,
        "total_weight": found.total_weight if found else None,
        "left_over_minor": found.left_over if found else None,
        "conclusion": conclusion(found, money=lambda minor: display_amount(minor, currency))
        if found
        else None,
        "touches": [_step_json(step, one, found, rule, currency) for step in found.steps]
        if found
        else [],
        "ledger": {
            "amount": format_amount(one.held_minor, currency),
            "agrees": one.agrees,
            "unearned": [
                {"bucket": part.bucket, "reason": part.reason, **_held_json(part.held, currency)}
                for part in one.unearned
            ],
        },
        "history": [_posting_json(posting, currency) for posting in one.history],
    }


def _step_json(
    step: TouchStep,
    one: OutcomeExplained,
    found: Explanation,
    rule: CreditRule,
    currency: str,
) -> dict[str, Any]:
    touch_id = one.touch_ids[step.row]
    told: dict[str, Any] = {
        "touch": str(touch_id),
        "verdict": step.verdict,
        "note": verdict_in_words(step, lookback_days=rule.lookback_days),
        "age_seconds": step.age / _SECOND,
        "anchors": list(step.marks),
        "ledger": _held_json(one.held.get(touch_id, Held(0, 0)), currency),
    }
    if step.division and step.ratio:
        told |= {
            "weight_in_words": ratio_in_words(step.ratio, is_even=found.is_even),
            "weight": step.weight,
            "normalised": _fraction(step.normalised),
            "exact_minor": _fraction(step.division.exact),
            "whole_minor": step.division.whole,
            "fraction_rank": step.division.rank,
            "gets_unit_left_over": step.division.gets_unit,
            "amount": format_amount(step.division.amount_minor, currency),
            "count": count_text(step.division.count_micro),
        }
    return told


def _held_json(held: Held, currency: str) -> dict[str, str]:
    return {
        "amount": format_amount(held.amount_minor, currency),
        "count": count_text(held.count_micro),
    }


def _posting_json(posting: Posting, currency: str) -> dict[str, Any]:
    return {
        "batch": posting.number,
        "cause": posting.cause,
        "posted_at": posting.posted_at.isoformat(),
        "entries": posting.entry_count,
        "moved": format_amount(posting.moved_minor, currency),
        "is_restatement": posting.is_restatement,
        "changes": [
            {
                "bucket": change.bucket,
                "before": format_amount(change.before_minor, currency),
                "after": format_amount(change.after_minor, currency),
            }
            for change in posting.changes
        ],
    }


def _fraction(value: Fraction) -> str:
    return f"{value.numerator}/{value.denominator}"

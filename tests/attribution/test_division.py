"""A division's lines sum to each outcome's amount and count, under every rule at once."""

from typing import NamedTuple

import pytest

from attribution.division import BUCKETS, COUNT_MICRO, DIVISIBLE, REASONS, WITHDRAWN, lines
from attribution.models import Bucket, CreditRule, Outcome
from attribution.touches import gather
from attribution.weights import InvalidRuleError
from tests.attribution.builders import (
    a_deal,
    a_lead,
    a_tap,
    change_deal,
    make_identity,
    rule,
    settle,
)

pytestmark = pytest.mark.django_db


class Line(NamedTuple):
    outcome: int
    rule: int
    bucket: str
    reason: str
    touch: int
    amount_minor: int
    count_micro: int


def divided(*rules: CreditRule) -> list[Line]:
    outcomes = list(Outcome.objects.order_by("pk"))
    facts = gather(outcomes, {rule.contact_mode for rule in rules})
    found = lines(outcomes=outcomes, rules=rules, facts=facts)
    columns = (found.outcome, found.rule, found.bucket, found.reason, found.touch)
    rows = zip(
        *(c.tolist() for c in (*columns, found.amount_minor, found.count_micro)), strict=True
    )
    return [Line(o, r, BUCKETS[b], REASONS[why], t, *sums) for o, r, b, why, t, *sums in rows]


def a_rule(kind: str = "linear", **fields: object) -> CreditRule:
    given = {"parameters": {}, "lookback_days": 90, "contact_mode": "roles", **fields}
    return CreditRule(kind=kind, **given)


def test_parts_sum_to_amount_and_count_under_every_kind() -> None:
    ann = make_identity()
    for days in (40, 30, 20, 10, 5):
        a_tap(ann, days=days)
    a_lead(ann, days=25)
    a_deal(amount_minor=100_01, created=15, won=1, people=(ann,))
    a_deal(amount_minor=-50_01, won=1, people=(ann,))
    settle()
    needed: dict[str, dict[str, object]] = {
        "custom": {"rest": 1},
        "linear_paid": {"channels": {"unknown": "Unknown"}},
        "markov": {"shares": {"unknown": 1}},
        "shapley": {"shares": {"unknown": 1}},
    }
    kinds = CreditRule.Kind.values
    rules = [a_rule(kind, parameters=needed.get(kind, {})) for kind in kinds]

    found: dict[tuple[int, int], list[int]] = {}
    for line in divided(*rules):
        sums = found.setdefault((line.outcome, line.rule), [0, 0])
        sums[0] += line.amount_minor
        sums[1] += line.count_micro
    amounts = [outcome.amount_minor for outcome in Outcome.objects.order_by("pk")]
    assert len(found) == len(amounts) * len(kinds)
    assert all(sums == [amounts[outcome], COUNT_MICRO] for (outcome, _), sums in found.items())


def test_rules_of_different_lookbacks_stand_side_by_side() -> None:
    ann = make_identity()
    a_tap(ann, days=40)
    a_lead(ann, days=1)
    settle()
    short, long = a_rule(lookback_days=7), a_rule(lookback_days=None)

    assert {line.rule: (line.reason, line.touch) for line in divided(short, long)} == {
        0: ("outside_lookback", -1),
        1: ("", 0),
    }


def test_an_outcome_without_an_amount_divides_its_count() -> None:
    ann = make_identity()
    a_tap(ann, days=20)
    a_deal(amount_minor=None, people=(ann,))
    settle()
    [line] = divided(a_rule())

    assert (line.bucket, line.amount_minor, line.count_micro) == ("attributed", 0, COUNT_MICRO)


def test_an_excluded_outcome_keeps_its_money_together() -> None:
    a_deal(created=None)
    settle()
    [line] = divided(a_rule())

    assert (line.bucket, line.reason) == ("excluded", "no_date")
    assert (line.amount_minor, line.count_micro) == (100_00, COUNT_MICRO)


def test_a_withdrawn_outcome_has_no_lines() -> None:
    deal = a_deal()
    settle()
    change_deal(deal, deleted_at=deal.deal_created_at)

    assert divided(a_rule()) == []


def test_without_rules_there_are_no_lines() -> None:
    a_deal()
    settle()

    assert divided() == []


def test_parameters_that_mean_nothing_are_refused() -> None:
    with pytest.raises(InvalidRuleError):
        divided(a_rule("zigzag"))


def test_a_saved_rule_and_its_copy_divide_alike() -> None:
    ann = make_identity()
    a_tap(ann, days=20)
    a_deal(people=(ann,))
    settle()
    saved = rule("position")
    copy = a_rule("position", contact_mode=saved.contact_mode)

    def figures(one: CreditRule) -> list[tuple[object, ...]]:
        return list(divided(one))

    assert figures(saved) == figures(copy)


def test_codes_know_every_bucket_and_every_exclusion() -> None:
    assert tuple(Bucket.values) == BUCKETS
    assert set(Outcome.Exclusion.values) <= {*REASONS, *DIVISIBLE, WITHDRAWN}

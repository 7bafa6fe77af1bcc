"""What-if questions are answered as the running sums would, and post nothing."""

import pytest
from django.db.models import Q

from attribution import what_if as module
from attribution.models import CreditEntry, CreditRule, CreditTotal
from attribution.weights import InvalidRuleError
from attribution.what_if import what_if
from tests.attribution.builders import a_deal, a_lead, a_tap, make_identity, rule, settle
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db

CELL = (
    "grain", "kind", "bucket", "reason", "channel_id", "campaign_id", "send_id", "message_id",
    "link_id", "touch_date", "outcome_date", "amount_minor", "count_micro",
)  # fmt: skip


def a_variant(**fields: object) -> CreditRule:
    given = {"kind": "linear", "parameters": {}, "lookback_days": 90, "contact_mode": "roles"}
    return CreditRule(**{**given, **fields})


def test_it_answers_as_the_running_sums_would_in_every_grain() -> None:
    tell_story()
    a_deal(amount_minor=None, created=None)
    settle()
    before = CreditEntry.objects.count()

    answer = what_if(rule=a_variant())

    assert {tuple(getattr(total, name) for name in CELL) for total in answer} == set(
        CreditTotal.objects.filter(rule=rule("linear")).values_list(*CELL)
    )
    assert CreditEntry.objects.count() == before


def test_it_divides_under_its_own_lookback_and_only_what_is_asked() -> None:
    ann = make_identity()
    a_tap(ann, days=9)
    a_deal(created=7, won=1, people=(ann,))
    settle()

    answer = what_if(rule=a_variant(lookback_days=3), where=Q(kind="win"))

    assert {(t.kind, t.reason, t.amount_minor) for t in answer} == {
        ("win", "outside_lookback", 100_00)
    }
    assert {total.grain for total in answer} == set(CreditTotal.Grain.values)


def test_chunks_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    ann = make_identity()
    a_tap(ann, days=20)
    for days in (1, 2, 3):
        a_lead(ann, days=days)
        a_deal(amount_minor=100_00, created=7, won=1, people=(ann,))
    settle()
    whole = {tuple(getattr(total, name) for name in CELL) for total in what_if(rule=a_variant())}
    monkeypatch.setattr(module, "CHUNK", 2)

    parts = what_if(rule=a_variant())

    assert {tuple(getattr(total, name) for name in CELL) for total in parts} == whole
    assert len(parts) == len(whole)


def test_it_refuses_a_rule_that_means_nothing() -> None:
    a_deal()
    settle()
    with pytest.raises(InvalidRuleError):
        what_if(rule=a_variant(kind="time_decay", parameters={"half_life_days": 0}))

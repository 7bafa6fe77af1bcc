"""Who took part in what is counted once per row, moves with every settlement, and is provable."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.influence_sums import (
    count_influence,
    count_renamed_audiences,
    every_touch_rule,
    influence_differences,
)
from attribution.models import (
    CreditEntry,
    CreditRule,
    InfluenceTotal,
    LagTotal,
    Outcome,
    OutcomeInfluence,
)
from attribution.services import create_rule_version, make_default, retire_rule, settle_changes
from campaigns.models import Send
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    note_person,
    rule,
    settle,
)
from tests.attribution.story import a_live_send, tell_story

pytestmark = pytest.mark.django_db


def counted(dimension: str, kind: str = "opportunity", grain: str = "all") -> list[tuple[int, ...]]:
    """Return (outcomes, minor units) of each row of a dimension, the smallest first."""
    totals = InfluenceTotal.objects.filter(dimension=dimension, kind=kind, grain=grain)
    return sorted(totals.values_list("outcome_count", "amount_minor"))


def states() -> dict[str, int]:
    """Return the opportunities that any touch took part in, by the state of their deal."""
    totals = InfluenceTotal.objects.filter(dimension="everything", kind="opportunity", grain="all")
    return dict(totals.values_list("state", "outcome_count"))


def count_all() -> None:
    """Count every outcome again."""
    count_influence(Outcome.objects.all(), under=CreditRule.objects.active())


def a_touched_deal(**fields: object) -> Deal:
    """Make a deal of 100.00 that one SMS tap took part in, settled."""
    ann = make_identity(value=f"{Deal.objects.count()}@acme.example")
    a_tap(ann, days=20)
    deal = a_deal(people=(ann,), **{"amount_minor": 100_00, **fields})
    settle()
    return deal


def test_each_row_has_the_whole_amount_and_everything_has_it_once() -> None:
    tell_story()

    assert counted("channel") == [(1, 1_000_000), (1, 1_000_000)]
    assert counted("send") == [(1, 1_000_000)] * 3  # June, July, and the e-mail without a send
    assert counted("everything") == [(1, 1_000_000)]


def test_two_touches_of_a_row_count_once() -> None:
    ann = make_identity()
    a_tap(ann, days=9)
    a_tap(ann, days=8)
    a_deal(amount_minor=100_00, created=7, people=(ann,))
    settle()

    assert counted("channel") == [(1, 100_00)]


def test_what_several_channels_took_part_in_is_a_row_of_its_own() -> None:
    a_touched_deal()
    tell_story()

    assert counted("several_channels") == [(1, 1_000_000)]
    assert sum(number for number, _ in counted("everything")) == 2


def test_leads_are_counted_without_a_state() -> None:
    ann = make_identity()
    a_tap(ann, days=12)
    a_lead(ann, days=11)
    settle()

    [total] = InfluenceTotal.objects.filter(dimension="channel", grain="all")
    assert (total.kind, total.state, total.outcome_count) == ("lead", "", 1)


def test_an_outcome_without_touches_is_in_no_row() -> None:
    a_deal(won=1)
    settle()

    assert not InfluenceTotal.objects.exists()
    assert not OutcomeInfluence.objects.exists()


def test_a_deal_that_is_lost_changes_its_state_without_moving_credit() -> None:
    deal = a_touched_deal()
    entries = CreditEntry.objects.count()
    assert states() == {"open": 1}

    change_deal(deal, outcome="lost", closed_at=NOW)

    assert states() == {"lost": 1}
    assert CreditEntry.objects.count() == entries


def test_a_won_deal_is_an_opportunity_that_was_won_and_a_win() -> None:
    deal = a_touched_deal()
    change_deal(deal, outcome="won", closed_at=NOW)

    assert states() == {"won": 1}
    assert counted("channel", "win") == [(1, 100_00)]


def test_a_deleted_deal_counts_nowhere() -> None:
    deal = a_touched_deal()
    change_deal(deal, deleted_at=NOW)

    assert not InfluenceTotal.objects.exists()
    assert not LagTotal.objects.exists()


def test_a_changed_amount_replaces_what_was_counted() -> None:
    deal = a_touched_deal()
    change_deal(deal, amount_minor=130_00)

    assert counted("channel") == [(1, 130_00)]


def test_a_deal_without_an_amount_counts_with_nothing() -> None:
    a_touched_deal(amount_minor=None)

    assert counted("channel") == [(1, 0)]


def test_a_touch_that_no_longer_earns_takes_its_part_back() -> None:
    ann = make_identity()
    touch = a_tap(ann, days=9)
    a_tap(ann, days=8, channel="email")
    a_deal(created=7, people=(ann,))
    settle()
    type(touch).objects.filter(pk=touch.pk).update(exclusion="own_staff")
    note_person(ann, cause="exclusion")
    settle()

    assert len(counted("channel")) == 1


def test_days_are_those_of_the_outcome() -> None:
    a_touched_deal(created=10)

    [total] = InfluenceTotal.objects.filter(dimension="channel", grain="outcome_day")
    assert total.outcome_date == days_ago(10).date()


def test_the_lag_to_an_opportunity_starts_at_the_earliest_touch_of_the_row() -> None:
    ann = make_identity()
    a_tap(ann, days=12)
    a_tap(ann, days=9)
    a_deal(created=7, people=(ann,))
    settle()

    lags = LagTotal.objects.filter(dimension="channel", kind="opportunity", grain="all")
    assert [lag.seconds for lag in lags] == [5 * 86_400]


def test_the_lag_to_a_win_starts_at_the_opportunity() -> None:
    a_touched_deal(created=10, won=2)

    lags = LagTotal.objects.filter(dimension="channel", kind="win", grain="all")
    assert [(lag.seconds, lag.outcome_count) for lag in lags] == [(8 * 86_400, 1)]


def test_a_win_without_a_creation_date_has_no_lag() -> None:
    a_touched_deal(created=None, won=2)

    assert not LagTotal.objects.filter(kind="win").exists()


def test_settling_what_did_not_change_writes_nothing() -> None:
    a_touched_deal()
    rows = list(OutcomeInfluence.objects.values_list("pk", flat=True))
    count_all()

    assert list(OutcomeInfluence.objects.values_list("pk", flat=True)) == rows
    assert counted("channel") == [(1, 100_00)]


def test_a_new_version_of_the_rule_that_credits_all_touches_is_followed() -> None:
    a_touched_deal(created=10)
    linear = every_touch_rule()
    create_rule_version(
        slug=linear.slug, name=linear.name, kind="linear", parameters={}, lookback_days=3,
        contact_mode=linear.contact_mode, now=NOW,
    )  # fmt: skip

    assert every_touch_rule().version == 2
    assert counted("channel") == []  # The tap lies ten days before the deal


def test_without_a_rule_that_credits_all_touches_nothing_is_counted() -> None:
    a_touched_deal()
    make_default(rule=rule("first"))
    retire_rule(rule=every_touch_rule(), now=NOW)

    assert every_touch_rule() is None
    assert not InfluenceTotal.objects.exists()


def test_a_renamed_audience_is_counted_under_its_new_name() -> None:
    send = a_live_send("trial-june", audience="Lapsed")
    ann = make_identity()
    a_tap(ann, days=12, send=send, campaign=send.campaign)
    a_deal(created=7, people=(ann,))
    settle()
    Send.objects.update(audience="Trial users")

    settle_changes(now=NOW)
    audiences = InfluenceTotal.objects.filter(dimension="audience", grain="all")
    assert [total.audience for total in audiences] == ["Trial users"]
    assert count_renamed_audiences() == 0


def test_two_sends_of_one_audience_count_an_outcome_once() -> None:
    june, july = (a_live_send(name, audience="Lapsed") for name in ("june", "july"))
    ann = make_identity()
    a_tap(ann, days=12, send=june, campaign=june.campaign)
    a_tap(ann, days=11, send=july, campaign=july.campaign)
    a_deal(amount_minor=100_00, created=7, people=(ann,))
    settle()

    assert counted("audience") == [(1, 100_00)]
    assert counted("send") == [(1, 100_00), (1, 100_00)]


def test_sums_kept_from_settlement_to_settlement_are_those_counted_from_nothing() -> None:
    tell_story()
    deals = [a_touched_deal(created=days, amount_minor=days) for days in (3, 5, 8)]
    change_deal(deals[0], outcome="lost", closed_at=NOW)
    change_deal(deals[1], outcome="won", closed_at=NOW + timedelta(hours=3))
    change_deal(deals[2], amount_minor=77)
    figures = ("dimension", "grain", "kind", "state", "outcome_count", "amount_minor")
    kept = sorted(InfluenceTotal.objects.values_list(*figures))
    for model in (OutcomeInfluence, InfluenceTotal, LagTotal):
        model.objects.all().delete()
    count_all()

    assert sorted(InfluenceTotal.objects.values_list(*figures)) == kept
    assert influence_differences() == []


def test_another_rules_credit_leaves_the_sums_alone() -> None:
    a_touched_deal()
    InfluenceTotal.objects.all().delete()
    count_influence(Outcome.objects.all(), under=[rule("first")])

    assert not InfluenceTotal.objects.exists()


@pytest.mark.parametrize("model", [OutcomeInfluence, InfluenceTotal, LagTotal])
@pytest.mark.parametrize("change", ["missing", "changed"])
def test_the_proof_finds_what_is_missing_or_changed(model: type, change: str) -> None:
    a_touched_deal(created=10, won=2)
    assert influence_differences() == []
    some = model.objects.filter(kind="win")
    if change == "missing":
        some.delete()
    else:
        some.update(outcome_date=days_ago(99).date())

    assert influence_differences()


def test_the_proof_leaves_out_deals_that_wait_to_be_settled() -> None:
    deal = a_touched_deal()
    Deal.objects.update(outcome="lost")

    assert influence_differences() != []
    assert influence_differences(waiting=[deal.pk]) == []


@pytest.mark.parametrize("number", [2, 20])
def test_any_number_of_outcomes_is_counted_in_two_queries(number: int) -> None:
    ann = make_identity()
    a_tap(ann, days=20)
    for _ in range(number):
        a_deal(people=(ann,))
    settle()
    outcomes, rules = list(Outcome.objects.all()), list(CreditRule.objects.active())
    for model in (OutcomeInfluence, InfluenceTotal, LagTotal):
        model.objects.all().delete()

    with CaptureQueriesContext(connection) as queries:
        count_influence(outcomes, under=rules)

    assert len(queries) == 2
    assert counted("channel") == [(number, number * 100_00)]

"""A deal's outcomes, divided before the reader's eyes and compared with the ledger."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attribution.credit_history import Change
from attribution.deal_explanation import OutcomeExplained, explain_deal
from attribution.services import create_rule_version
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    refund,
    rule,
    settle,
)
from tests.attribution.story import tell_story
from tracking.models import Touchpoint

pytestmark = pytest.mark.django_db


def win_of(deal: Deal, slug: str = "linear", **options: object) -> OutcomeExplained:
    """Return the explanation of a deal's win."""
    found = explain_deal(deal, rule=rule(slug), **options)  # type: ignore[arg-type]
    return next(one for one in found if one.outcome.kind == "win")


def parts(one: OutcomeExplained) -> list[int]:
    assert one.explanation is not None
    return [step.division.amount_minor for step in one.explanation.steps if step.division]


@pytest.mark.parametrize("slug", ["linear", "first", "last", "position", "time_decay"])
def test_the_division_agrees_with_the_ledger_under_every_rule(slug: str) -> None:
    one = win_of(tell_story().deal, slug)
    assert one.agrees
    assert sum(parts(one)) == one.held_minor == 1_000_000


def test_lead_opportunity_and_win_stand_in_the_order_of_the_funnel() -> None:
    story = tell_story()
    found = explain_deal(story.deal, rule=rule(), people=[story.ada.person_id])
    assert [one.outcome.kind for one in found] == ["lead", "opportunity", "win"]
    assert all(one.agrees for one in found)


def test_a_ledger_that_is_behind_does_not_agree() -> None:
    story = tell_story()
    Deal.objects.filter(pk=story.deal.pk).update(closed_at=days_ago(15))
    a_tap(story.ada, days=20)
    assert not win_of(story.deal).agrees


def test_an_outcome_that_nobody_earned_agrees_with_its_reason() -> None:
    deal = a_deal(won=1)
    settle()
    one = win_of(deal)
    assert one.explanation is not None
    assert (one.explanation.reason, one.unearned[0].reason) == ("no_contacts", "no_contacts")
    assert one.agrees


def test_an_excluded_outcome_has_no_explanation_and_agrees() -> None:
    deal = a_deal(won=1, currency="EUR")
    settle()
    one = win_of(deal)
    assert (one.explanation, one.unearned[0].reason, one.agrees) == (None, "no_rate", True)


def test_a_withdrawn_outcome_holds_nothing_and_agrees() -> None:
    story = tell_story()
    change_deal(story.deal, outcome="open", closed_at=None)
    one = win_of(story.deal)
    assert (one.outcome.exclusion, one.held, one.agrees) == ("withdrawn", {}, True)


def test_as_of_a_past_moment_the_ledgers_figures_are_that_moments() -> None:
    story = tell_story()
    Deal.objects.filter(pk=story.deal.pk).update(amount_minor=500_00)
    before = NOW + timedelta(hours=1)
    change_deal(story.deal)
    assert win_of(story.deal).held_minor == 500_00
    assert win_of(story.deal, as_of=before - timedelta(hours=2)).held_minor == 0


def test_the_history_tells_every_posting_with_its_cause_before_and_after() -> None:
    story = tell_story()
    change_deal(story.deal, amount_minor=400_00)
    first, second = win_of(story.deal).history
    assert (first.cause, first.changes) == ("new_outcome", (Change("attributed", 0, 1_000_000),))
    assert (second.cause, second.changes) == (
        "deal_changed",
        (Change("attributed", 1_000_000, 400_00),),
    )


def test_credit_that_moved_between_touches_is_told_although_the_sum_stays() -> None:
    story = tell_story()
    a_tap(story.ada, days=20)
    settle()
    latest = win_of(story.deal).history[-1]
    assert (latest.cause, latest.changes, latest.moved_minor) == ("late_touch", (), 250_000)


def test_a_reversed_and_renewed_rule_version_is_one_history() -> None:
    story = tell_story()
    create_rule_version(
        slug="linear", name="Linear", kind="linear", parameters={}, lookback_days=35,
        contact_mode="roles_else_company", now=NOW,
    )  # fmt: skip
    one = win_of(story.deal)
    assert parts(one) == [500_000, 500_000]
    assert [posting.cause for posting in one.history] == ["new_outcome", *["credit_rules"] * 2]
    assert one.agrees


def test_an_excluded_touch_stands_among_the_steps() -> None:
    story = tell_story()
    machine = a_tap(story.ada, days=20, exclusion=Touchpoint.Exclusion.MACHINE)
    settle()
    one = win_of(story.deal)
    assert one.explanation is not None
    (step,) = [s for s in one.explanation.steps if one.touch_ids[s.row] == machine.pk]
    assert step.verdict == "excluded"


def test_it_costs_the_same_number_of_queries_with_2_touches_and_with_20() -> None:
    story = tell_story()
    people = [story.ada.person_id]
    with CaptureQueriesContext(connection) as few:
        explain_deal(story.deal, rule=rule(), people=people)
    for number in range(18):
        a_tap(story.ada, days=15 + number)
        a_lead(story.ada, days=15 + number)
    settle()
    with CaptureQueriesContext(connection) as many:
        explain_deal(story.deal, rule=rule(), people=people)
    assert len(many) == len(few)


def test_people_without_leads_add_nothing() -> None:
    deal = a_deal(won=1)
    settle()
    stranger = make_identity()
    found = explain_deal(deal, rule=rule(), people=[stranger.person_id])
    assert [one.outcome.kind for one in found] == ["opportunity", "win"]


def test_a_refund_is_explained_by_the_wins_journey_and_weights() -> None:
    story = tell_story()
    refund(story.deal, "100.00", days=0)
    one = explain_deal(story.deal, rule=rule())[-1]
    assert (one.outcome.kind, one.agrees) == ("refund", True)
    assert parts(one) == [-33_34, -33_33, -33_33]
    assert one.history[0].cause == "refund"

"""The postings about an outcome, each with its before and after."""

import pytest

from attribution.credit_history import Change, Posting, entries_until, history_of
from attribution.models import CreditEntry, Outcome
from attribution.services import lock_period
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    settle,
)

pytestmark = pytest.mark.django_db


def history(**options: object) -> list[Posting]:
    """Return the history of the only win under linear."""
    win = Outcome.objects.get(kind="win")
    return history_of([win.pk], rule_slug="linear", **options).get(win.pk, [])  # type: ignore[arg-type]


def test_credit_that_found_its_touch_moves_from_bucket_to_bucket() -> None:
    ada = make_identity()
    a_deal(won=1, people=(ada,))
    settle()
    a_tap(ada, days=5)
    settle()
    first, second = history()
    assert first.changes == (Change("unattributed", 0, 100_00),)
    assert second.changes == (Change("attributed", 0, 100_00), Change("unattributed", 100_00, 0))
    assert (second.cause_in_words, second.entry_count) == ("Late touch", 2)


def test_only_what_was_posted_by_a_moment_is_told() -> None:
    a_deal(won=1)
    settle()
    assert history(as_of=days_ago(1)) == []
    assert len(history(as_of=NOW)) == 1


def test_a_restatement_of_a_locked_period_is_told() -> None:
    deal = a_deal(won=1)
    settle()
    lock_period(starts_on=days_ago(2).date(), ends_on=days_ago(0).date(), by=None, now=NOW)
    change_deal(deal, amount_minor=50_00)
    assert [posting.is_restatement for posting in history()] == [False, True]


def test_outcomes_nobody_posted_about_have_no_history() -> None:
    assert history_of([], rule_slug="linear") == {}


def test_entries_of_all_versions_of_a_rule_are_one_books() -> None:
    a_deal(won=1)
    settle()
    entries = entries_until(rule_slug="linear", as_of=None)
    assert set(entries) == set(CreditEntry.objects.filter(rule__slug="linear"))

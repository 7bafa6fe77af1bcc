"""The proof finds what was done to the books behind the ledger's back."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection

from attribution.models import (
    CreditBatch,
    CreditEntry,
    CreditTotal,
    InfluenceTotal,
    Outcome,
    OutcomeInfluence,
)
from attribution.verification import verify_ledger
from crm_sync.models import Deal
from tests.attribution.builders import (
    NOW,
    a_deal,
    a_lead,
    a_tap,
    make_identity,
    note_deal,
    rule,
    settle,
)
from tracking.models import Event, PendingChange, Touchpoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _books() -> None:
    """Two batches: a won deal and a lead of somebody with a touch."""
    ann = make_identity()
    a_tap(ann, days=20)
    a_deal(won=1, people=(ann,))
    settle()
    a_lead(ann, value_minor=7, currency="USD")
    settle()


@contextmanager
def tampering() -> Iterator[None]:
    """Do what only the owner of the tables can: switch the triggers off."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for action in ("DISABLE", "ENABLE"):
            for table in ("attribution_creditentry", "attribution_creditbatch"):
                cursor.execute(f"ALTER TABLE {table} {action} TRIGGER {table}_is_append_only")
            if action == "DISABLE":
                yield
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def codes() -> set[str]:
    return {problem.code for problem in verify_ledger()}


def an_entry() -> CreditEntry:
    return CreditEntry.objects.get(rule=rule(), outcome__kind="win")


def test_honest_books_have_no_problem() -> None:
    assert verify_ledger() == []


def test_it_tells_how_far_it_is() -> None:
    told: list[tuple[int, int]] = []
    verify_ledger(progress=lambda done, total: told.append((done, total)))

    assert told == [(1, 2), (2, 2)]


def test_a_changed_entry_is_found_by_its_amount_its_sum_and_its_hash() -> None:
    with tampering():
        CreditEntry.objects.filter(pk=an_entry().pk).update(amount_minor=1)

    assert codes() == {"sum_differs", "credit_differs", "total_differs", "hash_differs"}


def test_a_change_that_keeps_all_sums_is_found_by_its_hash() -> None:
    with tampering():
        CreditEntry.objects.filter(pk=an_entry().pk).update(is_restatement=True)

    assert codes() == {"hash_differs", "restatement_differs"}


def test_a_removed_entry_is_found() -> None:
    with tampering():
        an_entry().delete()

    assert "entries_missing" in codes()


def test_a_removed_batch_breaks_the_chain() -> None:
    with tampering():
        first = CreditBatch.objects.get(number=1)
        first.entries.all().delete()
        first.delete()

    assert "chain_broken" in codes()


def test_a_rewritten_hash_breaks_the_chain_behind_it() -> None:
    with tampering():
        CreditBatch.objects.filter(number=1).update(hash="0" * 64)

    assert codes() == {"hash_differs", "chain_broken"}


def test_another_posting_time_is_found() -> None:
    with tampering():
        CreditBatch.objects.filter(number=1).update(posted_at=NOW.replace(hour=1))

    assert codes() == {"hash_differs"}


def test_a_running_sum_that_drifted_is_found() -> None:
    CreditTotal.objects.filter(rule=rule(), kind="win").update(amount_minor=1)

    assert codes() == {"total_differs"}


def test_a_missing_running_sum_is_found() -> None:
    CreditTotal.objects.filter(rule=rule(), kind="win").delete()

    assert codes() == {"total_differs"}


@pytest.mark.parametrize("figure", ["outcome_count", "amount_minor", "first_count"])
def test_a_sum_of_influence_that_drifted_is_found(figure: str) -> None:
    assert codes() == set()
    InfluenceTotal.objects.update(**{figure: 7})

    assert codes() == {"influence_differs"}


def test_who_took_part_is_found_missing() -> None:
    OutcomeInfluence.objects.all().delete()

    assert codes() == {"influence_differs"}


def test_a_deal_that_changed_unnoted_is_found() -> None:
    Deal.objects.update(amount_minor=1)

    assert codes() == {"outcome_outdated", "sum_differs", "credit_differs"}


def test_a_touch_that_came_unnoted_is_found() -> None:
    touch = Touchpoint.objects.get()
    Touchpoint.objects.create(
        identity=touch.identity,
        kind="tap",
        occurred_at=touch.occurred_at,
        channel=touch.channel,
        rule_set_version="test",
    )

    assert codes() == {"credit_differs"}


def test_an_outcome_that_was_never_written_is_found() -> None:
    a_deal()
    PendingChange.objects.all().delete()

    assert "outcome_missing" in codes()


def test_changes_that_wait_to_be_settled_are_no_problem() -> None:
    Deal.objects.update(amount_minor=1)
    note_deal(Deal.objects.get())
    a_deal()

    assert verify_ledger() == []


def test_a_lead_that_is_no_goal_any_more_is_found() -> None:
    Event.objects.update(goal=None)

    assert "outcome_outdated" in codes()


def test_a_retired_rule_that_still_holds_credit_is_found() -> None:
    first = rule("first")
    first.retired_at = NOW
    first.save()

    assert codes() == {"retired_rule_holds"}


def test_problems_name_their_outcome() -> None:
    Deal.objects.update(amount_minor=1)
    outdated = [p for p in verify_ledger() if p.code == "outcome_outdated"]

    assert {problem.outcome_id for problem in outdated} == set(
        Outcome.objects.filter(deal__isnull=False).values_list("pk", flat=True)
    )
    assert any("win of “Acme rollout”" in problem.message for problem in outdated)

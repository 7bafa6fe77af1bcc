"""A rebuild in parts: side by side with everything else, and nothing is lost, doubled or stale.

What happens "meanwhile" happens in a connection of its own, exactly between computing a part and
posting it.
"""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections

from attribution import posting, rebuilding
from attribution.models import CreditEntry, Outcome, Rebuild, RebuildPart, Settlement
from attribution.rebuilding import (
    LEASE,
    RebuildEndedError,
    RebuildRunningError,
    cancel_rebuild,
    rebuild_credit,
    rebuild_next_part,
    rebuilt_so_far,
    start_rebuild,
)
from attribution.rule_versions import create_rule_version
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
    sums,
)
from tracking.models import PendingChange

LATER = NOW + LEASE + timedelta(seconds=1)
concurrent = pytest.mark.django_db(transaction=True, serialized_rollback=True)


def elsewhere(act: Callable[[], object]) -> None:
    """Do something in a connection of its own and wait for its end."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:  # noqa: BLE001 - told to the test below
            failures.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Let something happen after the next part was computed and before it is posted."""
    compute = rebuilding._compute
    acts: list[Callable[[], object]] = []

    def compute_and_wait(part: RebuildPart) -> Any:
        computed = compute(part)
        while acts:
            elsewhere(acts.pop())
        return computed

    monkeypatch.setattr(rebuilding, "_compute", compute_and_wait)
    yield acts.append
    assert acts == []


def unnoted() -> None:
    """Forget what was noted, so that only a rebuild finds it."""
    PendingChange.objects.all().delete()


def a_won_deal() -> tuple[Deal, Any]:
    ann = make_identity()
    a_tap(ann, days=20)
    deal = a_deal(amount_minor=100_00, won=1, people=(ann,))
    unnoted()
    return deal, ann


@concurrent
def test_a_tap_that_arrives_meanwhile_is_not_lost(meanwhile: Any) -> None:
    _, ann = a_won_deal()
    start_rebuild(now=NOW)
    meanwhile(lambda: (a_tap(ann, days=15, channel="email"), settle()))
    part = rebuild_next_part(now=NOW)

    assert part is not None
    assert part.is_repeated
    assert sums() == {"sms": 50_00, "email": 50_00}
    assert verify_ledger() == []


@concurrent
def test_a_change_that_is_only_noted_meanwhile_is_settled_afterwards(meanwhile: Any) -> None:
    _, ann = a_won_deal()
    start_rebuild(now=NOW)
    meanwhile(lambda: a_tap(ann, days=15, channel="email"))
    part = rebuild_next_part(now=NOW)

    assert part is not None
    assert not part.is_repeated
    settle()
    assert sums() == {"sms": 50_00, "email": 50_00}
    assert verify_ledger() == []


@concurrent
def test_a_settlement_that_posts_nothing_counts_too(meanwhile: Any) -> None:
    deal, _ = a_won_deal()
    start_rebuild(now=NOW)

    def take_back() -> None:
        Deal.objects.filter(pk=deal.pk).update(deleted_at=NOW)
        note_deal(deal)
        settle()

    meanwhile(take_back)
    rebuild_next_part(now=NOW)

    assert not Outcome.objects.exists()
    assert verify_ledger() == []


@concurrent
def test_a_settlement_of_other_deals_does_not_make_it_compute_again(meanwhile: Any) -> None:
    a_won_deal()
    start_rebuild(now=NOW)
    meanwhile(lambda: (a_deal(name="Later"), settle()))
    part = rebuild_next_part(now=NOW)

    assert part is not None
    assert not part.is_repeated
    assert verify_ledger() == []


@concurrent
def test_a_rule_version_made_meanwhile_is_divided_under(meanwhile: Any) -> None:
    a_won_deal()
    start_rebuild(now=NOW)
    meanwhile(
        lambda: create_rule_version(
            slug="linear", name="Linear, 5 days", kind="linear", parameters={}, lookback_days=5,
            contact_mode="roles", now=NOW,
        )
    )  # fmt: skip
    rebuild_next_part(now=NOW)

    assert rule().version == 2
    assert sums() == {"unattributed: outside_lookback": 100_00}
    assert verify_ledger() == []


@concurrent
def test_two_workers_on_one_part_post_it_once(meanwhile: Any) -> None:
    a_won_deal()
    start_rebuild(now=NOW)
    meanwhile(lambda: rebuild_next_part(now=LATER))
    part = rebuild_next_part(now=NOW)

    assert part is not None
    assert part.done_at == LATER
    assert sums() == {"sms": 100_00}
    assert verify_ledger() == []


@concurrent
def test_a_part_that_was_cancelled_meanwhile_is_not_posted(meanwhile: Any) -> None:
    a_won_deal()
    rebuild = start_rebuild(now=NOW)
    meanwhile(lambda: cancel_rebuild(rebuild=rebuild, now=NOW))
    rebuild_next_part(now=NOW)

    assert not CreditEntry.objects.exists()
    assert rebuild_next_part(now=LATER) is None


@concurrent
def test_workers_side_by_side_take_every_part_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "CHUNK", 3)
    for _ in range(10):
        a_deal(won=1)
    a_lead(make_identity())
    unnoted()
    rebuild = start_rebuild(now=NOW)
    ready = threading.Barrier(3)

    def take() -> None:
        ready.wait()
        while rebuild_next_part(now=NOW):
            pass

    workers = [threading.Thread(target=elsewhere, args=(take,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()

    rebuild.refresh_from_db()
    reached = rebuilt_so_far(rebuild)
    assert rebuild.state == Rebuild.State.DONE
    assert (reached.done, reached.total, reached.outcome_count) == (11, 11, 21)
    assert reached.entry_count == CreditEntry.objects.count()
    assert verify_ledger() == []


@concurrent
def test_a_worker_killed_while_posting_leaves_nothing_and_is_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_won_deal()
    rebuild = start_rebuild(now=NOW)
    post = posting.post

    def post_and_die(*arguments: Any, **named: Any) -> Any:
        post(*arguments, **named)
        raise SystemExit

    monkeypatch.setattr(posting, "post", post_and_die)
    with pytest.raises(SystemExit):
        rebuild_next_part(now=NOW)
    monkeypatch.setattr(posting, "post", post)

    assert not CreditEntry.objects.exists()
    assert rebuild_next_part(now=NOW) is None  # Its lease is not over
    assert rebuild_next_part(now=LATER) is not None
    rebuild.refresh_from_db()
    assert rebuild.state == Rebuild.State.DONE
    assert verify_ledger() == []


@pytest.mark.django_db
def test_settlements_are_noted_only_while_a_rebuild_runs() -> None:
    deal, ann = a_won_deal()
    lead = a_lead(ann)
    settle()
    assert not Settlement.objects.exists()

    rebuild = start_rebuild(now=NOW)
    note_deal(deal)
    settle()
    settle()
    first, second = Settlement.objects.all()
    assert (first.deals, first.number, second.number) == ([deal.pk], 1, 2)
    assert lead.pk not in first.events

    cancel_rebuild(rebuild=rebuild, now=NOW)
    assert not Settlement.objects.exists()


@pytest.mark.django_db
def test_parts_are_ranges_of_ids(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rebuilding, "CHUNK", 2)
    deals = sorted(a_deal().pk for _ in range(3))
    event = a_lead(make_identity())
    rebuild = start_rebuild(now=NOW)

    columns = ("number", "subject", "first_id", "last_id", "fact_count")
    assert list(rebuild.parts.values_list(*columns)) == [
        (1, "deal", deals[0], deals[1], 2),
        (2, "deal", deals[2], deals[2], 1),
        (3, "event", event.pk, event.pk, 1),
    ]


@pytest.mark.django_db
def test_a_rebuild_of_nothing_is_done_at_once() -> None:
    rebuild = start_rebuild(now=NOW)

    assert (rebuild.state, rebuild.ended_at) == (Rebuild.State.DONE, NOW)


@pytest.mark.django_db
def test_a_second_rebuild_is_refused_while_one_runs() -> None:
    a_deal()
    start_rebuild(now=NOW)
    with pytest.raises(RebuildRunningError):
        start_rebuild(now=NOW)


@pytest.mark.django_db
def test_the_database_lets_one_rebuild_run() -> None:
    Rebuild.objects.create(started_at=NOW)
    with pytest.raises(IntegrityError):
        Rebuild.objects.create(started_at=NOW)


@pytest.mark.django_db
def test_a_rebuild_that_ended_cannot_be_cancelled() -> None:
    rebuild = start_rebuild(now=NOW)
    with pytest.raises(RebuildEndedError):
        cancel_rebuild(rebuild=rebuild, now=NOW)


@pytest.mark.django_db
def test_without_a_rebuild_there_is_no_part() -> None:
    a_deal()

    assert rebuild_next_part(now=NOW) is None


@pytest.mark.django_db
def test_joining_a_rebuild_starts_no_other() -> None:
    a_won_deal()
    start_rebuild(now=NOW)
    rebuild_credit(clock=lambda: NOW)

    assert Rebuild.objects.count() == 1


@pytest.mark.django_db
def test_what_was_posted_is_told_by_cause() -> None:
    deal, _ = a_won_deal()
    rebuild_credit(clock=lambda: NOW)
    Deal.objects.filter(pk=deal.pk).update(amount_minor=70_00)
    reached = rebuild_credit(clock=lambda: NOW)

    assert set(reached.entries_by_cause) == {"rebuild"}
    assert reached.entry_count == sum(reached.entries_by_cause.values()) > 0
    assert reached.batch_count == 1

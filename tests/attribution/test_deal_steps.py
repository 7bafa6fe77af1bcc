"""A deal's changes in words and in order."""

from datetime import datetime, timedelta

from attribution.deal_steps import steps_of
from crm_sync.models import DealChange
from tests.attribution.builders import NOW


def change(field: str, old: str, new: str, at: datetime = NOW) -> DealChange:
    return DealChange(field=field, old_value=old, new_value=new, changed_at=at, observed_at=NOW)


def titles(*changes: DealChange) -> list[str]:
    return [step.title for step in steps_of(changes)]


def test_the_creation_tells_the_first_amount_and_stage_once() -> None:
    told = titles(
        change("amount", "", "9610.06 USD"),
        change("stage", "", "Qualified to buy"),
        change("created", "", "9610.06 USD"),
    )
    assert told == ["Created: $9,610.06, stage Qualified to buy"]


def test_the_creation_tells_the_amount_of_that_time_and_not_the_present_one() -> None:
    told = titles(
        change("created", "", "120.00 USD"),
        change("amount", "", "100.00 USD", NOW + timedelta(seconds=2)),
        change("amount", "100.00 USD", "120.00 USD", NOW + timedelta(days=2)),
    )
    assert told == ["Created: $100.00", "Amount: $100.00 → $120.00"]


def test_an_amount_that_came_later_is_told_where_it_came() -> None:
    told = titles(
        change("created", "", "100.00 USD"),
        change("amount", "", "100.00 USD", NOW + timedelta(days=1)),
    )
    assert told == ["Created: without a value", "Amount: $100.00"]


def test_a_creation_of_unknown_date_says_so() -> None:
    told = titles(change("created", "", "5.00 CHF; first seen here, its date is unknown"))
    assert told == ["Created: CHF 5.00; first seen here, its date is unknown"]


def test_steps_of_one_time_stand_in_one_order_whatever_order_they_come_in() -> None:
    changes = [
        change("amount", "1.00 USD", "2.00 USD"),
        change("stage", "Open", "Closed won"),
        change("created", "", "1.00 USD"),
    ]
    told = ["Created: $1.00", "Stage: Open → Closed won", "Amount: $1.00 → $2.00"]
    assert titles(*changes) == titles(*reversed(changes)) == told


def test_a_close_date_is_a_readable_day() -> None:
    told = titles(change("closed_at", "2026-11-23", "2026-12-01"), change("closed_at", "", "soon"))
    assert set(told) == {"Close date: 23 Nov 2026 → 1 Dec 2026", "Close date: soon"}


def test_an_amount_taken_away_leaves_none() -> None:
    assert titles(change("amount", "5.00 USD", "")) == ["Amount: $5.00 → none"]


def test_a_deletion_and_its_undoing_are_sentences() -> None:
    gone = change("deleted", "", "deleted in the CRM")
    back = change("deleted", "deleted in the CRM", "", NOW + timedelta(days=1))
    assert titles(gone, back) == ["Deleted in the CRM", "Restored in the CRM"]

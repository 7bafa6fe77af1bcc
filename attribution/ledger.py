"""The append-only ledger: post the difference between a new division and what is held.

Always: one writer at a time, in the order in which it takes the ledger's lock; entries, batch
and running sums in one transaction. Never: an update, a deletion, or an entry that says nothing.
docs/ledger.md describes the hash chain and the lock.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import numpy as np
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from attribution.bulk_reads import read_columns
from attribution.chain import digest, records_hash
from attribution.division import BUCKETS, REASONS, lines
from attribution.entries import ENTRY, Entries, as_entries, differences, nothing
from attribution.entry_records import copied, records_of
from attribution.facts import NO_DAY, NO_ID, day_number
from attribution.influence_sums import count_influence
from attribution.journeys import Ints
from attribution.models import CreditBatch, CreditRule, Outcome, Period
from attribution.references import check_references
from attribution.running_sums import add_to_totals
from attribution.touches import gather
from campaigns.public_ids import new_id
from tracking.copying import array_text

LOCK = 0x7E57_0001
"""The PostgreSQL advisory lock that every posting transaction holds to its end."""

_MICROSECOND = timedelta(microseconds=1)

# Every entry of some outcomes under some rules, with outcome and rule as row numbers. OFFSET 0
# keeps to the index also while the planner knows nothing yet of a table that fills quickly.
_HELD = """
    SELECT (o.row - 1)::int4, (r.row - 1)::int4,
           (array_position(%(buckets)s::text[], e.bucket::text) - 1)::int2,
           (array_position(%(reasons)s::text[], e.reason::text) - 1)::int2,
           coalesce(e.outcome_date - DATE '1970-01-01', %(no_day)s)::int4,
           coalesce(e.touch_id, %(no_id)s::uuid), coalesce(e.channel_id, %(no_id)s::uuid),
           coalesce(e.campaign_id, %(no_id)s::uuid), coalesce(e.send_id, %(no_id)s::uuid),
           coalesce(e.message_id, %(no_id)s::uuid), coalesce(e.link_id, %(no_id)s::uuid),
           coalesce(e.touch_date - DATE '1970-01-01', %(no_day)s)::int4,
           e.amount_minor, e.count_micro
    FROM unnest(%(outcomes)s::uuid[]) WITH ORDINALITY AS o(id, row)
    CROSS JOIN LATERAL (
        SELECT * FROM attribution_creditentry e WHERE e.outcome_id = o.id OFFSET 0
    ) AS e
    JOIN unnest(%(rules)s::uuid[]) WITH ORDINALITY AS r(id, row) ON r.id = e.rule_id
"""


def hold() -> None:
    """Wait until no other transaction writes the ledger, and keep others out until this ends.

    Take it before reading what is to be posted, so that nobody else's entries are missed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def post(
    *,
    outcomes: Sequence[Outcome],
    cause: str,
    now: datetime,
    rules: Sequence[CreditRule] | None = None,
) -> CreditBatch | None:
    """Post what these outcomes' division now differs from the ledger; None if in nothing.

    `rules` are all active ones unless named. Outcomes are taken as they are given: refresh
    them first, under `hold`.

    Raises:
        InvalidRuleError: a rule's parameters mean nothing; nothing is posted.
    """
    with transaction.atomic():
        hold()
        under = list(CreditRule.objects.active()) if rules is None else rules
        entries = due(outcomes, under)
        batch = append(entries, outcomes=outcomes, rules=under, cause=cause, now=now)
        count_influence(outcomes, under=under)
        return batch


def reverse(
    *, outcomes: Sequence[Outcome], rules: Sequence[CreditRule], cause: str, now: datetime
) -> CreditBatch | None:
    """Post entries that bring what these rules hold for these outcomes to nothing."""
    with transaction.atomic():
        hold()
        entries = differences(wanted=nothing(), held=held(outcomes, rules))
        batch = append(entries, outcomes=outcomes, rules=rules, cause=cause, now=now)
        count_influence(outcomes, under=rules)
        return batch


def due(outcomes: Sequence[Outcome], rules: Sequence[CreditRule]) -> Entries:
    """Return what these outcomes' division now differs from the ledger. Only reads.

    Raises:
        InvalidRuleError: a rule's parameters mean nothing.
    """
    return differences(wanted=divided(outcomes, rules), held=held(outcomes, rules))


def divided(outcomes: Sequence[Outcome], rules: Sequence[CreditRule]) -> Entries:
    """Divide outcomes under rules, saved or not, by the facts as they are.

    Raises:
        InvalidRuleError: a rule's parameters mean nothing.
    """
    facts = gather(outcomes, {rule.contact_mode for rule in rules})
    found = lines(outcomes=outcomes, rules=rules, facts=facts)
    return as_entries(found, facts=facts, days=outcome_days(outcomes))


def held(outcomes: Sequence[Outcome], rules: Sequence[CreditRule]) -> Entries:
    """Return what the ledger holds for outcomes under rules: all of their entries.

    Raises:
        UnexpectedWidthError: an entry's bucket or reason is none that we know.
    """
    asked = {
        "outcomes": array_text(outcome.pk for outcome in outcomes),
        "rules": array_text(rule.pk for rule in rules),
        "buckets": list(BUCKETS), "reasons": list(REASONS), "no_day": NO_DAY,
        "no_id": NO_ID.hex(),
    }  # fmt: skip
    return read_columns(_HELD, asked, ENTRY)


def outcome_days(outcomes: Iterable[Outcome]) -> Ints:
    """Return each outcome's day in the organisation's time zone, as days since 1970."""
    zone = timezone.get_default_timezone()
    days = (
        None if outcome.occurred_at is None else timezone.localdate(outcome.occurred_at, zone)
        for outcome in outcomes
    )
    return np.fromiter(map(day_number, days), np.int64)


def append(
    entries: Entries,
    *,
    outcomes: Sequence[Outcome],
    rules: Sequence[CreditRule],
    cause: str,
    now: datetime,
) -> CreditBatch | None:
    """Append what is due as a batch of its own and add it to the running sums; None if nothing is.

    Call under `hold`, with what `due` answered for these outcomes and rules, or with part of it.

    Raises:
        MissingReferenceError: an outcome, rule or touch that would be named is not there.
    """
    if not len(entries):
        return None
    records = records_of(
        entries, outcomes=outcomes, rules=rules, locked=_locked_days(entries["outcome_date"])
    )
    latest = CreditBatch.objects.order_by("-number").first()
    batch = CreditBatch(
        id=new_id(),
        number=latest.number + 1 if latest else 1,
        cause=cause,
        posted_at=_moment(now, latest),
        entry_count=len(entries),
        previous_hash=latest.hash if latest else "",
    )
    batch.hash = digest(batch, records_hash(records))
    batch.save(force_insert=True)
    with connection.cursor() as cursor:
        copied(records, batch_id=batch.pk, cursor=cursor)
    check_references(records)
    add_to_totals(batch)
    return batch


def _moment(now: datetime, latest: CreditBatch | None) -> datetime:
    """Return when a batch counts as posted: not before the latest one, and after every lock.

    `now` was taken before waiting for the ledger; figures as of a moment that others have
    read by now, such as a lock's, must not move any more.
    """
    locked_at: datetime | None = Period.objects.aggregate(latest=Max("locked_at"))["latest"]
    moments = [now, *([latest.posted_at] if latest else [])]
    return max([*moments, *([locked_at + _MICROSECOND] if locked_at else [])])


def _locked_days(days: Ints) -> set[int]:
    """Return those of the days that lie in a period locked by now."""
    periods: list[tuple[date, date]] = list(Period.objects.values_list("starts_on", "ends_on"))
    if not periods:
        return set()
    ranges = [(day_number(start), day_number(end)) for start, end in periods]
    return {
        day for day in np.unique(days).tolist() if any(start <= day <= end for start, end in ranges)
    }

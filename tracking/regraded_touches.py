"""The touches of taps whose grade was corrected: excluded, admitted again, or made after all."""

from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from links.models import RecipientLink
from tracking import bots
from tracking.journal_lines import TapRecord
from tracking.models import Click, Touchpoint
from tracking.origins import note_touched
from tracking.pipeline import RecipientFacts, Tap
from tracking.tap_channels import load_classifier
from tracking.tap_facts import load_links, load_tapped_identities, microseconds_of
from tracking.tap_totals import Day
from tracking.tap_touches import make_tap_touches


def exclude_touches(click_ids: Collection[UUID], *, now: datetime) -> Counter[Day]:
    """Exclude the taps' touches; return the days on which recipients count no longer."""
    recipients = _set_exclusion(
        click_ids, Touchpoint.Exclusion.NONE, Touchpoint.Exclusion.MACHINE, now=now
    )
    return _days_counted(recipients - load_tapped_identities(recipients))


def restore_touches(clicks: Sequence[Click], *, now: datetime) -> Counter[Day]:
    """Give each tap its touch; return the days on which recipients count from now on."""
    ids = [click.pk for click in clicks]
    touched = set(Touchpoint.objects.filter(click__in=ids).values_list("click_id", flat=True))
    more = _readmit(touched, now=now)
    taps = _taps_of([click for click in clicks if click.pk not in touched])
    for tap in make_tap_touches(taps, now=now):
        if tap.link is not None:
            moment = next(click.occurred_at for click in clicks if click.pk == tap.record.click_id)
            more[tap.link.id, moment.astimezone(UTC).date()] += 1
    return more


def _readmit(click_ids: Collection[Any], *, now: datetime) -> Counter[Day]:
    counted = load_tapped_identities(_recipients_of(click_ids))
    readmitted = _set_exclusion(
        click_ids, Touchpoint.Exclusion.MACHINE, Touchpoint.Exclusion.NONE, now=now
    )
    return _days_counted(readmitted - counted)


def _set_exclusion(
    click_ids: Collection[Any], before: str, after: str, *, now: datetime
) -> set[UUID]:
    """Change the exclusion of taps' touches; return the recipients' identities among theirs."""
    touches = Touchpoint.objects.filter(
        click__in=click_ids, kind=Touchpoint.Kind.TAP, exclusion=before
    )
    rows: list[Any] = list(touches.values_list("pk", "identity_id", "click_id"))
    recipients = _recipients_of([click_id for _, _, click_id in rows])
    Touchpoint.objects.filter(pk__in=[pk for pk, _, _ in rows]).update(exclusion=after)
    note_touched({one for _, one, _ in rows if one}, cause="exclusion", now=now)
    return recipients


def _recipients_of(click_ids: Collection[Any]) -> set[UUID]:
    """Return the identities of the taps' touches that are recipients'."""
    touches = Touchpoint.objects.filter(click__in=click_ids, identity__kind="recipient")
    rows: Any = touches.values_list("identity_id", flat=True)
    return set(rows)


def _days_counted(identity_ids: Collection[UUID]) -> Counter[Day]:
    """Return the link and day on which each of these recipients came to be counted.

    It was with the first of their touches that was written, whose id is the smallest.
    """
    first = (
        Touchpoint.objects.filter(identity__in=identity_ids, kind=Touchpoint.Kind.TAP)
        .order_by("identity_id", "pk")
        .distinct("identity_id")
    )
    rows: Any = first.values_list("link_id", "occurred_at")
    return Counter((link_id, moment.astimezone(UTC).date()) for link_id, moment in rows)


def _taps_of(clicks: Sequence[Any]) -> list[Tap]:
    """Return stored taps as the pipeline leaves them, confirmed and with a channel."""
    if not clicks:
        return []
    links = load_links({click.link_id for click in clicks})
    recipients = RecipientLink.objects.in_bulk({c.recipient_id for c in clicks if c.recipient_id})
    classify = load_classifier()
    taps = []
    for click in clicks:
        tap = Tap(_record_of(click), link=links[click.link_id], is_confirmed=True)
        tap.grade, tap.reason = bots.grade_user_agent(click.user_agent)
        if found := recipients.get(click.recipient_id):
            tap.recipient = RecipientFacts(found.pk, found.phone, found.email)
        tap.channel = classify(tap)
        taps.append(tap)
    return taps


def _record_of(click: Click) -> TapRecord:
    return TapRecord(
        occurred_at_us=microseconds_of(click.occurred_at),
        click_id=click.pk,
        answer=click.answer,
        method=click.method,
        link_id=click.link_id,
        host=click.host,
        path=click.path,
        query=click.query,
        address_hash=click.address_hash,
        user_agent=click.user_agent,
        referrer=click.referrer,
        purpose="",
        country=click.country,
    )

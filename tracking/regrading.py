"""Corrects the grade of taps that were read before: a scanner shows itself late, and so does a
person behind what looked like one.

Whatever was made of the old grade follows in the same transaction: counts, touches, the people
whose credit changes, links that wait for a number of taps.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from tracking import bots
from tracking.models import Click
from tracking.regraded_touches import exclude_touches, restore_touches
from tracking.tap_facts import microseconds_of
from tracking.tap_limits import settle_limits
from tracking.tap_totals import Day, Kind, add_counts, take_counts

_MACHINE: Final = Click.Grade.MACHINE.value


def lower_to_burst(click_ids: Collection[UUID], *, now: datetime) -> int:
    """Grade taps as a scanner's that were taken for people's; return how many.

    A tap that its landing page has reported stays a person's. Call inside a transaction.
    """
    if not click_ids:
        return 0
    clicks = _hold(
        Click.objects.filter(grade__in=[Click.Grade.LIKELY, Click.Grade.UNKNOWN]), click_ids
    )
    old = Counter(map(_kind_of, clicks))
    reason = bots.Reason.BURST.value
    Click.objects.filter(pk__in=[click.pk for click in clicks]).update(
        grade=_MACHINE, reason=reason
    )
    less = exclude_touches([click.pk for click in clicks], now=now)
    new = Counter({kind._replace(reason=reason, is_machine=True): n for kind, n in old.items()})
    _recount(old, new, less=less, now=now)
    return len(clicks)


def raise_to_confirmed(click_ids: Collection[UUID], *, now: datetime) -> int:
    """Grade taps as a person's whose landing page reports them; return how many.

    Only timing and headers spoke against them. Call inside a transaction.
    """
    machines = Click.objects.filter(grade=_MACHINE, reason__in=bots.CIRCUMSTANTIAL)
    clicks = [
        click
        for click in _hold(machines, click_ids)
        if bots.grade_user_agent(click.user_agent)[0] is not bots.Grade.MACHINE
    ]
    if not clicks:
        return 0
    old = Counter(map(_kind_of, clicks))
    for click in clicks:
        click.grade = Click.Grade.CONFIRMED
        click.reason = bots.grade_user_agent(click.user_agent)[1].value
    Click.objects.bulk_update(clicks, ["grade", "reason"], batch_size=100)
    more = restore_touches(clicks, now=now)
    _recount(old, Counter(map(_kind_of, clicks)), more=more, clicks=clicks, now=now)
    return len(clicks)


def _hold(clicks: QuerySet[Click], click_ids: Collection[UUID]) -> list[Click]:
    """Return those of these taps that are counted, locked in one order."""
    counted = clicks.filter(
        pk__in=click_ids, answer=Click.Answer.REDIRECTED, link__isnull=False
    ).order_by("pk")
    return list(counted.select_for_update())


def _kind_of(click: Click) -> Kind:
    assert click.link_id is not None  # noqa: S101 -- what is counted has a link
    return Kind(
        click.link_id,
        click.occurred_at.astimezone(UTC).date(),
        click.device,
        click.os,
        click.browser,
        click.country,
        click.reason,
        click.grade == _MACHINE,
    )


def _recount(
    old: Mapping[Kind, int],
    new: Mapping[Kind, int],
    *,
    less: Mapping[Day, int] | None = None,
    more: Mapping[Day, int] | None = None,
    clicks: Sequence[Click] = (),
    now: datetime,
) -> None:
    """Move counts from the old kinds to the new ones; `clicks` are people's from now on."""
    if not old:
        return
    spans: dict[Day, tuple[int, int]] = {}
    for click in clicks:
        moment, day = microseconds_of(click.occurred_at), _kind_of(click)[:2]
        earliest, latest = spans.get(day, (moment, moment))
        spans[day] = min(earliest, moment), max(latest, moment)
    add_counts(new, recipients=more or {}, spans=spans)
    take_counts(old, recipients=less or {})
    settle_limits(link_ids={kind.link_id for kind in old}, now=now)

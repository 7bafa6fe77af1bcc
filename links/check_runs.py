"""Checks of many links, done by a worker one after another, while people watch how far it is.

A run is a row. A worker that takes it says so every few links; one that has said nothing for
two minutes has died, and another goes on after its last word.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from campaigns.doorbell import CHECK, ring_on_commit
from campaigns.models import Send
from links.link_checks import check_links
from links.models import CheckRun, Link, LinkCheck

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_LINKS_AT_ONCE = 4
_DEAD_AFTER = timedelta(minutes=2)


def start_check_run(
    *, links: Sequence[Link], send: Send | None, by: "User | None", now: datetime
) -> CheckRun:
    """Let a worker check the links; for a send that is being checked return the run that does."""
    ids = [link.pk for link in links]
    with transaction.atomic():
        ring_on_commit(CHECK)
        if send is None:
            return CheckRun.objects.create(link_ids=ids, created_by=by, created_at=now)
        run, _ = CheckRun.objects.get_or_create(
            send=send,
            finished_at=None,
            defaults={"link_ids": ids, "created_by": by, "created_at": now},
        )
        return run


def queue_due_links(*, now: datetime, limit: int) -> CheckRun | None:
    """Start a run of the live links that are due; None where none is, or one is under way."""
    due = Link.objects.due_for_check(now=now, fresh_hours=settings.LINK_CHECK_FRESH_HOURS)
    ids: list[UUID] = list(due.values_list("pk", flat=True)[:limit])
    if not ids:
        return None
    try:
        with transaction.atomic():
            return CheckRun.objects.create(link_ids=ids, is_scheduled=True, created_at=now)
    except IntegrityError:  # one is under way
        return None


def work_check_runs(*, clock: Callable[[], datetime], time_limit: timedelta) -> int:
    """Take waiting runs one after another and check their links; return how many were checked.

    What is left when the time is over waits for the next call.
    """
    end, done = clock() + time_limit, 0
    while clock() < end:
        run = _claim(clock())
        if run is None:
            break
        done += _work(run, clock, end)
    return done


def recheck_due_links(
    *, clock: Callable[[], datetime], limit: int, time_limit: timedelta = timedelta(minutes=4)
) -> int:
    """Queue what is due and work on all that waits; return how many links were checked."""
    queue_due_links(now=clock(), limit=limit)
    return work_check_runs(clock=clock, time_limit=time_limit)


def results_of(run: CheckRun) -> list[tuple[Link, list[LinkCheck]]]:
    """Return what a run has found so far, link by link in its order. Costs one query."""
    done = run.link_ids[: run.done_count]
    checks = LinkCheck.objects.filter(link__in=done, checked_at__gte=run.created_at)
    found: dict[UUID, list[LinkCheck]] = {}
    for check in checks.latest_per_device().select_related("link__domain"):
        found.setdefault(check.link_id, []).append(check)
    return [(found[pk][0].link, found[pk]) for pk in done if pk in found]


def _claim(now: datetime) -> CheckRun | None:
    """Take the oldest run that nobody works on."""
    free = Q(worked_at__isnull=True) | Q(worked_at__lt=now - _DEAD_AFTER)
    with transaction.atomic():
        waiting = CheckRun.objects.filter(free, finished_at__isnull=True)
        run = waiting.select_for_update(skip_locked=True).order_by("created_at").first()
        if run:
            run.worked_at = now
            run.save(update_fields=["worked_at"])
        return run


def _work(run: CheckRun, clock: Callable[[], datetime], end: datetime) -> int:
    done = 0
    while run.done_count < len(run.link_ids):
        now = clock()
        if now >= end:
            run.worked_at = None
            run.save(update_fields=["worked_at"])
            return done
        ids = run.link_ids[run.done_count : run.done_count + _LINKS_AT_ONCE]
        check_links(links=list(Link.objects.filter(pk__in=ids).select_related("domain")), now=now)
        run.done_count += len(ids)
        run.worked_at = clock()
        run.save(update_fields=["done_count", "worked_at"])
        done += len(ids)
    run.finished_at = clock()
    run.save(update_fields=["finished_at"])
    return done

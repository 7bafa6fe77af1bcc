"""Sends scheduled reports: each due moment to each recipient once, whatever is killed when.

Two steps, so that no mail leaves twice. First the due moments become `ReportDelivery` rows and the
schedule moves on, in one transaction. Then each row is claimed by a committed update *before* its
mail leaves: a worker that dies in between leaves a row that says so, and nobody sends it again.
"""

import logging
import smtplib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Final

from django.db import transaction

from attribution.models import ReportDelivery, ReportSchedule, ScheduleRecipient
from attribution.report_letters import Content, letter_to, written
from attribution.report_schedules import next_moment
from attribution.reports.query import InvalidReportQueryError
from attribution.reports.registry import REPORT_PERMISSION, UnknownReportError
from attribution.reports.scope import NoCreditRuleError
from links.letters import MailServerError, is_mail_set_up, mail_server, post_letter

logger = logging.getLogger(__name__)

RETRY_AFTER: Final = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
)
"""The waits before each further attempt; after the last one a mail counts as failed."""

_LOST_AFTER = timedelta(minutes=15)
_KEPT = timedelta(days=180)
_Status = ReportDelivery.Status
_NO_REPORT = (InvalidReportQueryError, NoCreditRuleError, UnknownReportError)
_INTERRUPTED = "The worker stopped while sending; it may have arrived, so it is not sent again."
_NO_MAIL = "This installation has no mail server; set EMAIL_URL."


def send_due_reports(*, now: datetime) -> int:
    """Send what is due, and what waited for another attempt; return how many mails left."""
    while _plan_one(now):
        pass
    _give_up_interrupted(now)
    waiting = ReportDelivery.objects.filter(status=_Status.WAITING, next_attempt_at__lte=now)
    rows = waiting.select_related(
        "recipient__user", "recipient__schedule__view", "recipient__schedule__created_by"
    ).order_by("recipient__schedule", "pk")
    groups = groupby(rows, key=lambda row: row.recipient.schedule)
    return sum(_send(schedule, list(group), now) for schedule, group in groups)


@transaction.atomic
def _plan_one(now: datetime) -> bool:
    """Write the deliveries of one due schedule and move it on; moments missed meanwhile are one."""
    due = ReportSchedule.objects.due(now=now).order_by("next_due_at", "pk")
    schedule = due.select_for_update(skip_locked=True).first()
    if schedule is None:
        return False
    recipients = ScheduleRecipient.objects.filter(schedule=schedule, unsubscribed_at=None)
    ReportDelivery.objects.bulk_create(
        [
            ReportDelivery(recipient=one, due_at=schedule.next_due_at, next_attempt_at=now)
            for one in recipients
        ],
        ignore_conflicts=True,
    )
    schedule.next_due_at = next_moment(schedule, after=now)
    schedule.save(update_fields=["next_due_at"])
    old = ReportDelivery.objects.filter(recipient__schedule=schedule, due_at__lt=now - _KEPT)
    old.exclude(status=_Status.WAITING).delete()
    return True


def _give_up_interrupted(now: datetime) -> None:
    lost = ReportDelivery.objects.filter(status=_Status.SENDING, tried_at__lt=now - _LOST_AFTER)
    lost.update(status=_Status.UNKNOWN, problem=_INTERRUPTED)


def _send(schedule: ReportSchedule, rows: Sequence[ReportDelivery], now: datetime) -> int:
    """Send one schedule's mails: the report is built once, the connection opened once."""
    writable = [row for row in rows if _is_writable(row)]
    if not writable:
        return 0
    if not is_mail_set_up():
        return _wait(writable, _NO_MAIL, now)
    try:
        content = written(schedule, now=now)
    except _NO_REPORT as error:
        return _end(writable, _Status.FAILED, f"The report could not be made: {error}")
    try:
        with mail_server() as connection:
            return sum(_send_one(row, content, connection, now) for row in writable)
    except MailServerError as error:
        untried = ReportDelivery.objects.filter(
            pk__in=[row.pk for row in writable], status=_Status.WAITING
        )
        return _wait(untried, str(error), now)


def _is_writable(row: ReportDelivery) -> bool:
    """Leave out who must not read the report now, and say why on the row."""
    reason = _reason_not_to(row.recipient)
    if reason:
        _end([row], _Status.SKIPPED, reason)
    return not reason


def _reason_not_to(recipient: ScheduleRecipient) -> str:
    user, maker = recipient.user, recipient.schedule.created_by
    if recipient.unsubscribed_at:
        return f"{user} unsubscribed."
    if not user.is_active:
        return f"The account of {user} is switched off."
    if not user.email:
        return f"{user} has no e-mail address."
    if not user.has_perm(REPORT_PERMISSION):
        return f"{user} may not read reports."
    return "" if maker.is_active else f"The account of {maker}, who set it up, is switched off."


def _send_one(row: ReportDelivery, content: Content, connection: Any, now: datetime) -> int:
    """Claim one delivery, then let its mail leave; return 1 when it did.

    A refusal by the server is certain, so it is tried again; a connection that breaks is not.
    """
    claimed = ReportDelivery.objects.filter(pk=row.pk, status=_Status.WAITING).update(
        status=_Status.SENDING, attempts=row.attempts + 1, tried_at=now
    )
    if not claimed:
        return 0  # Another worker was first
    row.attempts += 1
    letter = letter_to(row.recipient, content)
    try:
        post_letter(letter, connection)
    except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
        return _wait([row], f"The mail server refused it: {error}", now, counted=True)
    except (smtplib.SMTPException, OSError) as error:
        logger.warning("The report mail “%s” was interrupted: %s", letter.subject, error)
        problem = f"The connection broke while sending; it may have arrived. {error}"
        return _end([row], _Status.UNKNOWN, problem)
    ReportDelivery.objects.filter(pk=row.pk).update(
        status=_Status.SENT, next_attempt_at=None, problem=""
    )
    return 1


def _wait(
    rows: Iterable[ReportDelivery], problem: str, now: datetime, *, counted: bool = False
) -> int:
    """Let mails that certainly did not leave wait for another attempt, or fail after the last."""
    for row in rows:
        attempts = row.attempts if counted else row.attempts + 1
        if attempts > len(RETRY_AFTER):
            _end([row], _Status.FAILED, problem)
            continue
        ReportDelivery.objects.filter(pk=row.pk).update(
            status=_Status.WAITING,
            attempts=attempts,
            tried_at=now,
            next_attempt_at=now + RETRY_AFTER[attempts - 1],
            problem=problem[:300],
        )
    return 0


def _end(rows: Iterable[ReportDelivery], status: str, problem: str) -> int:
    ReportDelivery.objects.filter(pk__in=[row.pk for row in rows]).update(
        status=status, next_attempt_at=None, problem=problem[:300]
    )
    return 0

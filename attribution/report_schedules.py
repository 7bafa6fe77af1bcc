"""Reports that come by mail: who gets which view, when, and how to stop it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from django.core import signing
from django.db import transaction

from attribution.models import ReportSchedule, SavedView, ScheduleRecipient
from attribution.schedule_times import next_due
from campaigns.public_ids import MalformedIdError, decode_id, encode_id
from campaigns.time_zones import common_zones

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

_SALT = "attribution.report-mail"


class ScheduleRefusedError(ValueError):
    """A schedule cannot be kept like this. `field` names what is wrong."""

    def __init__(self, field: str, code: str, message: str) -> None:
        super().__init__(message)
        self.field, self.code = field, code


class NotYourScheduleError(PermissionError):
    """Only whoever made a schedule may change it."""

    def __init__(self, schedule: ReportSchedule) -> None:
        super().__init__(f"This mail was set up by {schedule.created_by}. You can unsubscribe.")


class UnknownSubscriptionError(LookupError):
    """The link to unsubscribe names nobody: it is damaged, or the schedule is gone."""


@transaction.atomic
def schedule_report(
    *, view: SavedView, by: "User", recipients: Sequence["User"], now: datetime, **when: Any
) -> ReportSchedule:
    """Mail a view from now on. `when` has the schedule's fields, see `ReportSchedule`.

    Raises:
        ScheduleRefusedError: the view is somebody's private one, the times do not fit together,
            or a recipient cannot be written to.
    """
    if not SavedView.objects.visible_to(by).filter(pk=view.pk).exists():
        raise ScheduleRefusedError("view", "not-visible", f"There is no view “{view}” for you.")
    schedule = ReportSchedule(view=view, created_by=by, created_at=now)
    return _written(schedule, recipients, now=now, **when)


@transaction.atomic
def change_schedule(
    *,
    schedule: ReportSchedule,
    by: "User",
    now: datetime,
    recipients: Sequence["User"] | None = None,
    **when: Any,
) -> ReportSchedule:
    """Change a schedule's times, file or recipients; the next mail follows the new times.

    Raises:
        NotYourScheduleError: somebody else made it.
        ScheduleRefusedError: the times do not fit together, or a recipient cannot be written to.
    """
    if not may_change(schedule, by):
        raise NotYourScheduleError(schedule)
    return _written(schedule, recipients, now=now, **when)


def may_change(schedule: ReportSchedule, user: "User") -> bool:
    """Tell whether a person may change a schedule: its maker, or whoever runs the installation."""
    return user.is_superuser or schedule.created_by_id == user.pk


def next_moment(schedule: ReportSchedule, *, after: datetime) -> datetime:
    """Return when a schedule is due next after a moment."""
    return next_due(
        after=after,
        frequency=schedule.frequency,
        at=schedule.time_of_day,
        zone=ZoneInfo(schedule.time_zone),
        weekday=schedule.weekday,
        month_day=schedule.month_day,
    )


def in_words(schedule: ReportSchedule) -> str:
    """Return when a schedule's mail comes: `every Monday at 08:00 (Europe/Berlin)`."""
    day = {
        ReportSchedule.Frequency.DAILY: "every day",
        ReportSchedule.Frequency.WEEKLY: f"every {schedule.get_weekday_display()}",
        ReportSchedule.Frequency.MONTHLY: "on the last day of every month"
        if schedule.month_day == 31
        else f"on day {schedule.month_day} of every month",
    }[ReportSchedule.Frequency(schedule.frequency)]
    return f"{day} at {schedule.time_of_day:%H:%M} ({schedule.time_zone})"


def subscription_token(recipient: ScheduleRecipient) -> str:
    """Return what lets whoever holds it end one person's mails: signed, so that nobody guesses it."""
    return signing.Signer(salt=_SALT).sign(encode_id(recipient.pk))


def subscription(token: str) -> ScheduleRecipient:
    """Return the recipient a token names.

    Raises:
        UnknownSubscriptionError: it is damaged, or the schedule is gone.
    """
    try:
        pk = decode_id(signing.Signer(salt=_SALT).unsign(token))
        return ScheduleRecipient.objects.select_related("schedule__view", "user").get(pk=pk)
    except (signing.BadSignature, MalformedIdError, ScheduleRecipient.DoesNotExist) as error:
        raise UnknownSubscriptionError(token) from error


def unsubscribe(*, recipient: ScheduleRecipient, now: datetime) -> None:
    """Send a person no more of a schedule's mails; a second time changes nothing."""
    ScheduleRecipient.objects.filter(pk=recipient.pk, unsubscribed_at=None).update(
        unsubscribed_at=now
    )


def _written(
    schedule: ReportSchedule, recipients: Iterable["User"] | None, *, now: datetime, **when: Any
) -> ReportSchedule:
    for name, value in when.items():
        setattr(schedule, name, value)
    check_when(schedule)
    schedule.next_due_at = next_moment(schedule, after=now)
    schedule.save()
    if recipients is not None:
        _address(schedule, list(recipients))
    return schedule


def check_when(schedule: ReportSchedule) -> None:
    """Keep only the day that the frequency needs, and see that all that is needed is there.

    Raises:
        ScheduleRefusedError: something is missing, or no such value exists.
    """
    _one_of(schedule, "frequency", ReportSchedule.Frequency.values)
    _one_of(schedule, "format", ReportSchedule.Format.values)
    if schedule.frequency != ReportSchedule.Frequency.WEEKLY:
        schedule.weekday = None
    elif schedule.weekday not in range(7):
        raise ScheduleRefusedError("weekday", "required", "Choose the day of the week.")
    if schedule.frequency != ReportSchedule.Frequency.MONTHLY:
        schedule.month_day = None
    elif schedule.month_day not in range(1, 32):
        raise ScheduleRefusedError("month_day", "required", "Give a day of the month, 1 to 31.")
    if not isinstance(schedule.time_of_day, time):
        raise ScheduleRefusedError("time_of_day", "required", "Give the hour, such as 08:00.")
    if schedule.time_zone not in common_zones():
        message = f"“{schedule.time_zone}” is no time zone; write it as Europe/Berlin."
        raise ScheduleRefusedError("time_zone", "unknown-time-zone", message)


def _one_of(schedule: ReportSchedule, field: str, values: Sequence[str]) -> None:
    value = getattr(schedule, field)
    if value not in values:
        message = f"“{value}” is unknown; give one of {', '.join(values)}."
        raise ScheduleRefusedError(field, "unknown-value", message)


def _address(schedule: ReportSchedule, recipients: list["User"]) -> None:
    """Write the list of recipients; whoever unsubscribed and is named again stays unsubscribed."""
    if not recipients:
        raise ScheduleRefusedError("recipients", "required", "Name at least one recipient.")
    for user in recipients:
        if not (user.is_active and user.email):
            message = f"{user} cannot be written to: the account needs an e-mail address and must be active."
            raise ScheduleRefusedError("recipients", "no-address", message)
    schedule.recipients.exclude(user__in=recipients).delete()
    known = set(schedule.recipients.values_list("user_id", flat=True))
    ScheduleRecipient.objects.bulk_create(
        ScheduleRecipient(schedule=schedule, user=user)
        for user in recipients
        if user.pk not in known
    )

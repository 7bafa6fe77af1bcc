"""What a channel's sending policy asks of a send: approval, quiet hours, a known cost."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from campaigns.approvals import approval_of
from campaigns.models import Send, SendingPolicy
from campaigns.plan_checks import page_of
from campaigns.planned_costs import planned_cost
from campaigns.preflight import CheckResult, Level
from campaigns.quiet_hours import QuietHours, UnknownTimeZoneError, zone_named
from campaigns.sending_policy import policy_of


def policy_checks(send: Send, now: datetime) -> list[CheckResult]:
    """Return what the channel's policy says of a send. Errors keep it from going live."""
    policy = policy_of(send.channel)
    page = page_of(send)
    return [
        *_approval_results(send, policy, page),
        *_quiet_results(send, policy, page, now),
        _cost_result(send, policy, page),
    ]


def _approval_results(send: Send, policy: SendingPolicy, page: str) -> Iterator[CheckResult]:
    if not policy.needs_approval:
        return
    found = approval_of(send)
    where = f"{page}#approval"
    if found is None:
        if send.status == Send.Status.LIVE:
            return  # it went out before the policy asked
        text = (
            "Needs a second person’s approval: ask somebody who neither planned nor last edited "
            "it to open this page and press “Approve” once it is ready."
        )
        yield CheckResult("approval-missing", Level.ERROR, text, where)
        return
    day = timezone.localtime(found.row.approved_at)
    who = found.row.approved_by or "Somebody who is gone"
    if found.is_valid:
        text = f"{who} approved it on {day:%-d %B %Y %H:%M}."
        yield CheckResult("approval", Level.OK, text, where)
    else:
        text = (
            "Needs a second person’s approval again: it changed since the approval by "
            f"{who} on {day:%-d %B %Y %H:%M}."
        )
        yield CheckResult("approval-void", Level.ERROR, text, where)


def _quiet_results(
    send: Send, policy: SendingPolicy, page: str, now: datetime
) -> Iterator[CheckResult]:
    name = send.time_zone or policy.time_zone or settings.TIME_ZONE
    if send.status not in {Send.Status.DRAFT, Send.Status.READY}:
        return
    if policy.quiet_from is None or policy.quiet_until is None:
        return
    try:
        quiet = QuietHours(policy.quiet_from, policy.quiet_until, zone_named(name))
    except UnknownTimeZoneError:
        return  # the plan's own check says so
    is_planned = send.scheduled_at is not None and send.scheduled_at > now
    moment = send.scheduled_at if is_planned and send.scheduled_at else now
    hours = f"{quiet.starts:%H:%M}–{quiet.ends:%H:%M}"
    where = f"{page}#id_scheduled_at_0"
    if not quiet.cover(moment):
        text = f"Outside the quiet hours, {hours} in {name}."
        yield CheckResult("quiet-hours-kept", Level.OK, text, where)
        return
    level = Level.ERROR if policy.quiet_hours_block else Level.WARNING
    when = "The planned time is" if is_planned else "Now it would go out"
    text = (
        f"{when} in the quiet hours of its recipients, {hours} in {name}. "
        f"It may go out from {quiet.end_after(moment):%H:%M on %-d %B %Y}."
    )
    yield CheckResult("quiet-hours", level, text, where)


def _cost_result(send: Send, policy: SendingPolicy, page: str) -> CheckResult:
    found = planned_cost(send, send.messages.all(), policy)
    if found.total is None or policy.segment_rate is None:
        text = "No cost estimate: the channel’s sending policy has no rate per segment."
        return CheckResult("cost-unknown", Level.OK, text, _policy_page(policy))
    rate = policy.segment_rate.normalize()
    text = (
        f"About {found.total} for {found.segments:,} segments at {rate:f} {policy.currency} each."
    )
    return CheckResult("cost", Level.OK, text, f"{page}#id_audience_size")


def _policy_page(policy: SendingPolicy) -> str:
    if policy._state.adding:
        return reverse("admin:campaigns_sendingpolicy_add") + f"?channel={policy.channel_id}"
    page = reverse("admin:campaigns_sendingpolicy_change", args=[policy.pk])
    return f"{page}#id_segment_rate"

"""What a send's own plan must satisfy before it is ready: names, texts, recipients, time."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.urls import reverse
from django.utils import timezone

from campaigns.conventions import Violation
from campaigns.models import Message, Send
from campaigns.preflight import CheckResult, Level
from campaigns.published_rules import NoConventionError
from campaigns.quiet_hours import UnknownTimeZoneError, zone_named
from campaigns.send_checks import check_send
from campaigns.sending_policy import policy_of
from campaigns.short_links import known_links
from campaigns.text_checks import text_results
from campaigns.versions import active


def plan_checks(send: Send, now: datetime) -> list[CheckResult]:
    """Return what a send's plan says of itself. Errors among them keep it from being ready."""
    messages = active(send.messages.all())
    page = page_of(send)
    return [
        *_convention_results(send, messages, page, now),
        *text_results(
            messages,
            policy_of(send.channel),
            page,
            link_length=known_links(messages).longest(messages),
        ),
        *_version_results(messages, page),
        *_destination_results(send, messages, page),
        *_audience_results(send, page),
        *_time_results(send, page, now),
    ]


def page_of(send: Send) -> str:
    """Return the address of the send's page, where most things are mended."""
    return reverse("admin:campaigns_send_change", args=[send.pk])


def _convention_results(
    send: Send, messages: Sequence[Message], page: str, now: datetime
) -> list[CheckResult]:
    try:
        verdict = check_send(send, messages, now=now)
    except NoConventionError as error:
        where = reverse("admin:campaigns_namingconvention_changelist")
        return [CheckResult("convention-missing", Level.ERROR, str(error), where)]
    if not verdict.violations:
        text = f"The UTM values follow the {verdict.convention}."
        return [CheckResult("convention", Level.OK, text, f"{page}#id_utm_campaign")]
    return [_violation_result(found, page) for found in verdict.violations]


def _violation_result(found: Violation, page: str) -> CheckResult:
    text = found.message + (f" Try “{found.suggestion}”." if found.suggestion else "")
    where = f"{page}#id_{field_id(found.field)}"
    return CheckResult(f"convention-{found.rule}", Level.ERROR, text, where)


def field_id(field: str) -> str:
    """Return a violation's field as the form names it: `messages.0.share` → `messages-0-share`."""
    return field.replace(".", "-")


def _version_results(messages: Sequence[Message], page: str) -> Iterator[CheckResult]:
    if len(messages) > 1:
        shares = " / ".join(str(message.share) for message in messages)
        text = f"{len(messages)} versions share the recipients {shares}."
        yield CheckResult("versions", Level.OK, text, f"{page}#id_messages-0-share")


def _destination_results(
    send: Send, messages: Sequence[Message], page: str
) -> Iterator[CheckResult]:
    places = [(send.destination_url, "The landing page", "id_destination_url")]
    places += [
        (row.destination_url, f"The landing page of {row.utm_content}", f"id_messages-{i}-body")
        for i, row in enumerate(messages)
        if row.destination_url
    ]
    for url, name, field in places:
        if not url.lower().startswith("https://"):
            text = f"{name} is not https: phones warn about such pages."
            yield CheckResult("destination-not-https", Level.WARNING, text, f"{page}#{field}")


def _audience_results(send: Send, page: str) -> Iterator[CheckResult]:
    where = f"{page}#id_audience_size"
    if send.audience_size:
        text = f"Planned for {send.planned_recipients:,} recipients."
        if send.holdout_percent:
            held_out = send.audience_size - send.planned_recipients
            text = f"{text[:-1]}; {held_out:,} more ({send.holdout_percent} %) are held out."
        yield CheckResult("recipients", Level.OK, text, where)
    else:
        text = "No planned recipients: write how many people it goes to."
        yield CheckResult("recipients-missing", Level.WARNING, text, where)


def _time_results(send: Send, page: str, now: datetime) -> Iterator[CheckResult]:
    if send.time_zone:
        try:
            zone_named(send.time_zone)
        except UnknownTimeZoneError as error:
            where = f"{page}#id_time_zone"
            yield CheckResult("time-zone-unknown", Level.ERROR, str(error), where)
    if send.status in {"draft", "ready"} and send.scheduled_at and send.scheduled_at < now:
        text = f"The planned time, {timezone.localtime(send.scheduled_at):%-d %B %Y %H:%M}, has passed."
        yield CheckResult("schedule-past", Level.WARNING, text, f"{page}#id_scheduled_at_0")

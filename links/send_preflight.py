"""What must be true of a send's links before it goes live."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from campaigns.models import Message, Send
from campaigns.preflight import CheckResult, Level
from links.check_tours import Tour, tours_of
from links.models import Domain, Link, LinkCheck
from links.verdicts import PUBLIC_SHORTENERS, Severity, spoken_list

_HOST_IN_TEXT = re.compile(r"\b(?:[a-z0-9-]+\.)+[a-z]{2,}\b", re.IGNORECASE)


def check_send_links(send: Send, now: datetime) -> list[CheckResult]:
    """Return what keeps a send's links from carrying it, or one line that all is well.

    Versions that were replaced are not judged: nobody else gets them.
    """
    messages = list(Message.objects.filter(send=send, retired_at__isnull=True))
    links = {link.message_id: link for link in Link.objects.of_send(send)}
    results = [
        *_missing_links(messages, links),
        *_shorteners_in_texts(messages),
    ]
    checked = [links[message.pk] for message in messages if message.pk in links]
    latest = latest_checks(checked)
    for link in checked:
        results.extend(_judge(link, latest, now))
    if checked and all(result.level != Level.ERROR for result in results):
        results.insert(0, _all_well(len(checked)))
    return results


def latest_checks(links: list[Link]) -> dict[tuple[Link, Tour], LinkCheck]:
    """Return the newest check of each link and tour. Costs one query."""
    checks = LinkCheck.objects.filter(link__in=links).latest_per_device()
    by_id = {link.pk: link for link in links}
    return {
        (by_id[check.link_id], Tour(check.device, check.destination_url)): check for check in checks
    }


def is_fresh(check: LinkCheck, link: Link, now: datetime) -> bool:
    """Say whether a check is recent and newer than the last change of link and domain."""
    oldest = now - timedelta(hours=settings.LINK_CHECK_FRESH_HOURS)
    return check.checked_at >= max(oldest, link.updated_at, link.domain.updated_at)


def _missing_links(messages: list[Message], links: Mapping[UUID, Link]) -> Iterator[CheckResult]:
    if not messages:
        yield CheckResult(
            "link-missing", Level.ERROR, "There is no message yet, and so no short link."
        )
    for message in messages:
        if message.pk not in links:
            has_domain = Domain.objects.filter(is_active=True).exists()
            yield CheckResult(
                "link-missing",
                Level.ERROR,
                f"{_version(message.utm_content)} has no short link. "
                + ("Save the send again." if has_domain else "Add a domain for short links first."),
                "" if has_domain else reverse("admin:links_domain_add"),
            )


def _judge(
    link: Link, latest: dict[tuple[Link, Tour], LinkCheck], now: datetime
) -> Iterator[CheckResult]:
    unusable = _why_unusable(link, now)
    if unusable:
        yield CheckResult(
            "link-not-working",
            Level.ERROR,
            f"{link} {unusable}.",
            reverse("admin:links_link_change", args=[link.pk]),
        )
    fix_url = reverse("admin:links_check_send", args=[link.send_id])
    found: dict[tuple[str, str, Level], list[Tour]] = {}
    for tour in tours_of(link.destination_url, link.targets):
        for finding in _findings(latest.get((link, tour)), link, now):
            found.setdefault(finding, []).append(tour)
    for (code, message, level), tours in found.items():
        yield CheckResult(code, level, f"{link} {_where(tours)}: {message}", fix_url)


def _where(tours: list[Tour]) -> str:
    devices = [LinkCheck.Device(tour.device).label for tour in tours if not tour.destination_url]
    pages = [tour.destination_url for tour in tours if tour.destination_url]
    on, to = devices and f"on {spoken_list(devices)}", pages and f"to {spoken_list(pages)}"
    return " and ".join(part for part in (on, to) if part)


def _findings(
    check: LinkCheck | None, link: Link, now: datetime
) -> Iterator[tuple[str, str, Level]]:
    if check is None:
        yield "link-unchecked", "not checked yet.", Level.ERROR
    elif not is_fresh(check, link, now):
        yield "link-check-old", "the last check is out of date.", Level.ERROR
    else:
        for problem in check.problems:
            is_warning = problem.get("severity") == Severity.WARNING
            level = Level.WARNING if is_warning else Level.ERROR
            yield f"link-{problem['code']}", problem["message"], level


def _why_unusable(link: Link, now: datetime) -> str:
    if link.status == Link.Status.RETIRED:
        return "is retired"
    if not link.domain.is_active:
        return "is on a domain that is switched off"
    if link.expires_at and link.expires_at <= now:
        return "has expired"
    return ""


def _shorteners_in_texts(messages: list[Message]) -> Iterator[CheckResult]:
    for message in messages:
        hosts = {host.lower() for host in _HOST_IN_TEXT.findall(message.body)}
        for host in sorted(hosts & PUBLIC_SHORTENERS):
            yield CheckResult(
                "public-shortener",
                Level.WARNING,
                f"{_version(message.utm_content)} names {host}, a shared shortener: US carriers "
                "filter such messages. Write {link} instead.",
            )


def _all_well(count: int) -> CheckResult:
    named = "The short link leads" if count == 1 else f"All {count} short links lead"
    return CheckResult(
        "links-checked",
        Level.OK,
        f"{named} to the page with every UTM value, on iPhone, Android and desktop.",
    )


def _version(utm_content: str) -> str:
    return f"The message “{utm_content}”" if utm_content else "The message"

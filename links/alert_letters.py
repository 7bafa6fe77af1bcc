"""Tells people of broken links by e-mail: grouped, never the same twice, calm about flapping ones.

One run makes one e-mail per person. A link of which people heard within the quiet time is not
told again before that has passed; breaking and mending in between shows in the admin only.
"""

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.timesince import timesince

from links.alert_words import shown_problems
from links.letters import Letter, MailServerError, is_mail_set_up, post_letters, recipients_beside
from links.models import LinkAlert
from links.querysets import LinkAlertQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)

logger = logging.getLogger(__name__)


def tell_of_alerts(*, now: datetime) -> int:
    """E-mail what broke and what ended since the last time; return how many e-mails.

    A mail server that cannot be reached leaves all untold, for the next run.
    """
    if not is_mail_set_up():
        return 0
    try:
        with transaction.atomic():
            return _tell(broken=_untold(now), ended=_untold_ends(), now=now)
    except MailServerError as error:
        logger.warning("Alerts wait for the next run. %s", error)
        return 0


def _tell(*, broken: Sequence[LinkAlert], ended: Sequence[LinkAlert], now: datetime) -> int:
    """Post the letters, then mark what they tell; alerts that concern nobody stay untold."""
    inboxes: dict[str, list[LinkAlert]] = defaultdict(list)
    told: dict[bool, list[LinkAlert]] = {True: [], False: []}
    for alert in [*broken, *ended]:
        recipients = recipients_beside(_owner(alert))
        for recipient in recipients:
            inboxes[recipient].append(alert)
        if recipients:
            told[alert.resolved_at is None].append(alert)
    letters = [Letter(to, *_written(alerts, now)) for to, alerts in inboxes.items()]
    post_letters(letters)
    _mark(told[True], "notified_at", now)
    _mark(told[False], "resolution_notified_at", now)
    return len(letters)


def _untold(now: datetime) -> list[LinkAlert]:
    """Return open alerts of which nobody heard, unless the link's last one is in the quiet time."""
    quiet_since = now - timedelta(hours=settings.ALERT_QUIET_HOURS)
    heard = LinkAlert.objects.filter(link=OuterRef("link"), notified_at__gt=quiet_since)
    untold = LinkAlert.objects.open().filter(~Exists(heard), notified_at__isnull=True)
    return list(_locked(untold))


def _untold_ends() -> list[LinkAlert]:
    """Return ended alerts of which people heard that they began, and not yet that they ended."""
    return list(
        _locked(
            LinkAlert.objects.filter(
                notified_at__isnull=False,
                resolved_at__isnull=False,
                resolution_notified_at__isnull=True,
            )
        )
    )


def _locked(alerts: LinkAlertQuerySet) -> LinkAlertQuerySet:
    """Keep other workers from telling the same; what they hold already is theirs to tell."""
    return (
        alerts.select_related("link__domain", "link__send__campaign__owner")
        .select_for_update(skip_locked=True, of=("self",))
        .order_by("opened_at", "pk")
    )


def _written(alerts: Sequence[LinkAlert], now: datetime) -> tuple[str, str]:
    """Return subject and text of the letter about some alerts."""
    broken = [alert for alert in alerts if alert.resolved_at is None]
    ended = [alert for alert in alerts if alert.resolved_at is not None]
    parts = [*(_broken_part(alert, now) for alert in broken), *map(_ended_part, ended)]
    footer = f"All alerts: {_page('admin:links_linkalert_changelist')}"
    return _subject(broken, ended), "\n\n".join([*parts, footer]) + "\n"


def _subject(broken: Sequence[LinkAlert], ended: Sequence[LinkAlert]) -> str:
    kinds = [(broken, "broken"), (ended, "working again or closed")]
    said = [
        f"{alerts[0].link} is {state}" if len(alerts) == 1 else f"{len(alerts)} links are {state}"
        for alerts, state in kinds
        if alerts
    ]
    return "Textrail: " + ", ".join(said)


def _broken_part(alert: LinkAlert, now: datetime) -> str:
    lines = [f"BROKEN: {alert.link.short_url} ({_send_name(alert)})"]
    lines += [f"Found {timesince(alert.opened_at, now)} ago."] if now > alert.opened_at else []
    lines += [f"- {one['message']} ({one['devices']})" for one in shown_problems(alert.problems)]
    return "\n".join([*lines, f"What to do: {_page('admin:links_linkalert_change', alert.pk)}"])


def _ended_part(alert: LinkAlert) -> str:
    lasted = timesince(alert.opened_at, alert.resolved_at)
    word = alert.get_resolution_display().upper()
    return f"{word}: {alert.link.short_url} ({_send_name(alert)})\nIt was broken for {lasted}."


def _send_name(alert: LinkAlert) -> str:
    return alert.link.send.name if alert.link.send else "no send"


def _owner(alert: LinkAlert) -> "User | None":
    send = alert.link.send
    return send.campaign.owner if send else None


def _page(name: str, *arguments: object) -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}{reverse(name, args=arguments)}"


def _mark(alerts: Iterable[LinkAlert], field: str, now: datetime) -> None:
    LinkAlert.objects.filter(pk__in=[alert.pk for alert in alerts]).update(**{field: now})

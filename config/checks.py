"""System checks for wrong settings, each with an id and a hint."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as CheckWarning


@register()
def check_currency(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """E001: the reporting currency is no ISO 4217 code."""
    code = settings.REPORTING_CURRENCY
    if len(code) == 3 and code.isascii() and code.isupper():
        return []
    return [
        Error(
            f"REPORTING_CURRENCY is {code!r}, which is no ISO 4217 code.",
            hint="Three upper-case letters such as USD or EUR.",
            id="textrail.E001",
        )
    ]


@register()
def check_time_zone(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """E002: the time zone in which days are cut does not exist."""
    if settings.TIME_ZONE in available_timezones():
        return []
    return [
        Error(
            f"TIME_ZONE is {settings.TIME_ZONE!r}, which no time zone is called.",
            hint="An IANA name such as Europe/Berlin.",
            id="textrail.E002",
        )
    ]


@register()
def check_public_url(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """E003: the public address is not an address."""
    parts = urlsplit(settings.PUBLIC_URL)
    if parts.scheme in {"http", "https"} and parts.hostname and not parts.path.strip("/"):
        return []
    return [
        Error(
            f"PUBLIC_URL is {settings.PUBLIC_URL!r}; it needs a scheme and a host and no path.",
            hint="For example https://textrail.example.com",
            id="textrail.E003",
        )
    ]


@register()
def check_journal_sync(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """E004: the journal's flush interval is negative or longer than a minute."""
    if 0 <= settings.JOURNAL_SYNC_SECONDS <= 60:
        return []
    return [
        Error(
            f"JOURNAL_SYNC_SECONDS is {settings.JOURNAL_SYNC_SECONDS}.",
            hint="0 flushes before every answer; a machine crash loses at most this many seconds.",
            id="textrail.E004",
        )
    ]


@register(Tags.security, deploy=True)
def check_hash_key(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """W005: hashes of phone numbers hang on the key that people rotate."""
    if settings.HASH_KEY != settings.SECRET_KEY and len(settings.HASH_KEY) >= 32:
        return []
    return [
        CheckWarning(
            "HASH_KEY is the SECRET_KEY or shorter than 32 characters.",
            hint="Set a HASH_KEY of its own and never change it: opt-outs are found by it.",
            id="textrail.W005",
        )
    ]


@register(Tags.security, deploy=True)
def check_private_hosts(app_configs: Sequence[Any] | None, **options: Any) -> list[CheckMessage]:
    """W006: the link checker may reach into the private network."""
    hosts = settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS
    if not hosts:
        return []
    return [
        CheckWarning(
            f"LINK_CHECK_ALLOWED_PRIVATE_HOSTS lets the link checker reach {', '.join(hosts)}.",
            hint="It is meant for the demo and the tests; leave it unset.",
            id="textrail.W006",
        )
    ]

"""Each wrong setting is named with its id and a hint."""

import pytest
from pytest_django.fixtures import Settings

from config import checks

CASES = [
    ("REPORTING_CURRENCY", "usd", checks.check_currency, "textrail.E001"),
    ("TIME_ZONE", "Mars/Olympus", checks.check_time_zone, "textrail.E002"),
    ("PUBLIC_URL", "textrail.example.com", checks.check_public_url, "textrail.E003"),
    ("PUBLIC_URL", "https://example.com/app/", checks.check_public_url, "textrail.E003"),
    ("JOURNAL_SYNC_SECONDS", -1.0, checks.check_journal_sync, "textrail.E004"),
    ("HASH_KEY", "short", checks.check_hash_key, "textrail.W005"),
    (
        "LINK_CHECK_ALLOWED_PRIVATE_HOSTS",
        ["127.0.0.1"],
        checks.check_private_hosts,
        "textrail.W006",
    ),
]


@pytest.mark.parametrize(("name", "value", "check", "expected"), CASES)
def test_a_wrong_setting_is_named(settings: Settings, name, value, check, expected) -> None:
    setattr(settings, name, value)
    (found,) = check(None)
    assert found.id == expected
    assert found.hint


@pytest.mark.parametrize("check", [case[2] for case in CASES if "W00" not in case[3]])
def test_the_shipped_settings_pass(check) -> None:
    assert check(None) == []


def test_a_hash_key_of_its_own_passes(settings: Settings) -> None:
    settings.HASH_KEY = "k" * 40
    assert checks.check_hash_key(None) == []

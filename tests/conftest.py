"""What every test shares: nothing hidden, and no skipped test in CI."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from playwright.sync_api import expect
from pytest_django import DjangoDbBlocker

SHARED_DATA = Path(__file__).resolve().parent.parent.parent / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Hash passwords fast: the slow way guards real ones, and costs a second a user here."""
    settings.PASSWORD_HASHERS = ["tests.passwords.QuickPasswordHasher"]
    hypothesis.settings.register_profile("textrail", deadline=None)  # No test asserts a time
    hypothesis.settings.load_profile("textrail")


@pytest.fixture
def shared_data() -> Path:
    """Return the folder of trial data, or skip where this machine has none."""
    if not SHARED_DATA.is_dir():
        pytest.skip("no ../shared/data beside this copy")
    return SHARED_DATA


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of a Chromium, or skip where this machine has none.

    What a page is expected to show may take as long as a page may take to load.
    """
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("no Chromium: install Debian's chromium for the browser tests")
    expect.set_options(timeout=60_000)
    return found


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Let tests that commit empty the ledger's tables afterwards; elsewhere a trigger refuses."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("""
            DO $$ DECLARE found record; BEGIN
                FOR found IN SELECT tgrelid::regclass AS place, tgname FROM pg_trigger
                             WHERE tgname LIKE 'attribution_%_is_not_emptied'
                LOOP
                    EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', found.place, found.tgname);
                END LOOP;
            END $$
        """)


@pytest.fixture(autouse=True)
def _empty_cache() -> Iterator[None]:
    yield
    cache.clear()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let every test that commits put back the rows that migrations made."""
    for item in items:
        names = getattr(item, "fixturenames", [])
        marker = item.get_closest_marker("django_db")
        commits = {"transactional_db", "live_server"} & set(names)
        if commits or (marker and marker.kwargs.get("transaction")):
            names.insert(0, "django_db_serialized_rollback")


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a green run in CI that skipped something."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    skipped = reporter.stats.get("skipped", []) if reporter else []
    if skipped and exitstatus == 0 and os.environ.get("CI"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what this machine lacks in the last lines."""
    reasons = {
        report.longrepr[2].removeprefix("Skipped: ")
        for report in terminalreporter.stats.get("skipped", [])
        if isinstance(report.longrepr, tuple)
    }
    for reason in sorted(reasons):
        terminalreporter.write_line(f"Not tested on this machine: {reason}")
    if reasons and os.environ.get("CI"):
        terminalreporter.write_line("In CI a skipped test is a failure.", red=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let the order of the changes in the chaos test be chosen: another number, another order."""
    parser.addoption("--chaos-seed", dest="chaos_seed", type=int, default=4)

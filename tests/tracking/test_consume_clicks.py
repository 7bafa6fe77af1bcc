"""The command as real processes: stopped, killed and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.links.builders import make_link
from tests.tracking.builders import make_channel, make_send
from tests.tracking.click_builders import (
    a_journal,
    a_line,
    database_url,
    rows_that_other_processes_see,
)
from tracking.models import Click, ClickTotal, Touchpoint


def wait_until(is_true: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait for something another process does."""
    for _ in range(round(seconds / 0.05)):
        if is_true():
            return
        time.sleep(0.05)
    pytest.fail("it never happened")


@pytest.fixture
def committed_rows(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with rows_that_other_processes_see(django_db_blocker):
        yield


@contextmanager
def a_consumer(folder: Path, *options: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `consume_clicks` on the tests' database for as long as the block."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "consume_clicks", "--folder", str(folder), *options],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": database_url()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.mark.django_db
def test_reading_once_says_what_was_read(tmp_path: Path) -> None:
    link = make_link(send=make_send(utm_campaign="demo-invite-q2"))
    journal = a_journal(tmp_path)
    for line in (a_line(link), a_line(link, user_agent="curl/8.0"), b"broken\n"):
        journal.write(line)
    output = StringIO()

    call_command("consume_clicks", "--once", folder=tmp_path, stdout=output)

    assert output.getvalue() == "2 taps, 1 touches, 1 unreadable lines skipped\n"


@pytest.mark.usefixtures("committed_rows")
def test_a_running_consumer_takes_taps_as_they_come_and_stops_when_told(tmp_path: Path) -> None:
    make_channel()
    link = make_link(send=make_send(utm_campaign="demo-invite-q2"))
    journal = a_journal(tmp_path)
    with a_consumer(tmp_path) as consumer:
        journal.write(a_line(link))
        wait_until(lambda: Click.objects.count() == 1)
        journal.write(a_line(link))
        wait_until(lambda: Click.objects.count() == 2)

        consumer.send_signal(signal.SIGTERM)

        assert consumer.wait(timeout=60) == 0


@pytest.mark.usefixtures("committed_rows")
def test_a_consumer_killed_between_batches_loses_no_tap_and_takes_none_twice(
    tmp_path: Path,
) -> None:
    make_channel()
    link = make_link(send=make_send(utm_campaign="demo-invite-q2"))
    journal = a_journal(tmp_path)
    count = 3000
    for _ in range(count):
        journal.write(a_line(link))
    journal.close()

    for kill_at in (1, 400, 900):
        with a_consumer(tmp_path, "--batch", "20") as consumer:
            wait_until(lambda least=kill_at: Click.objects.count() >= least)  # type: ignore[misc]
            consumer.kill()
    assert Click.objects.count() < count
    with a_consumer(tmp_path, "--once") as first, a_consumer(tmp_path, "--once") as second:
        assert (first.wait(timeout=120), second.wait(timeout=120)) == (0, 0)
    call_command("consume_clicks", "--once", folder=tmp_path, stdout=StringIO())

    assert Click.objects.count() == count
    assert Touchpoint.objects.count() == count
    assert sum(ClickTotal.objects.values_list("human_count", flat=True)) == count
    assert list(tmp_path.iterdir()) == []

"""A newcomer runs the demo's command and watches a text message become revenue."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from psycopg import sql

from config.demo.stage import Stage
from config.servers import free_port

MISPRINTS = 5
"""Taps of the story on codes that do not exist."""


def run_demo(port: int) -> "subprocess.CompletedProcess[str]":
    """Run the command behind `make demo SERVE=0` with a small cast."""
    return subprocess.run(
        [
            *(sys.executable, "manage.py", "demo", "--no-serve"),
            *("--people", "60", "--port", str(port)),
        ],
        cwd=settings.BASE_DIR,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Yield where the demo plays, and take its database away afterwards."""
    stage = Stage(port=free_port())
    yield stage
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        name = sql.Identifier(stage.database)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))


def live_sends(stage: Stage) -> int:
    """Count the sends that went live in the demo's own database."""
    with psycopg.connect(stage.environment["DATABASE_URL"]) as connection:
        found = connection.execute("SELECT count(*) FROM campaigns_send WHERE status = 'live'")
        (count,) = found.fetchone() or (0,)
    return int(count)


def test_the_demo_ends_with_a_report_that_reconciles_and_may_be_run_again(
    stage: Stage,
) -> None:
    for _ in range(2):
        done = run_demo(stage.port)

        told = done.stdout + done.stderr
        assert done.returncode == 0, told
        assert "utm_source=SMS is refused" in told
        assert "without a link check is refused" in told
        assert "Traceback" not in told
        redirected, made = re.findall(r"(\d+) of (\d+) taps were redirected", told)[0]
        assert int(made) - int(redirected) == MISPRINTS
        assert "SEND REPORT" in done.stdout
        assert re.search(r"Trial re-engagement, \w+ +.*\d", done.stdout)
        assert "Reconciles" in done.stdout
        assert "The ledger agrees with the facts" in done.stdout
        assert live_sends(stage) == 3

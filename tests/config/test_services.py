"""The embedded servers: shared by the commands of one copy, gone with the last of them."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from config.services import use_services

PROGRAM = """
import sys
from config.services import use_services
variables = {"VAR_DIR": sys.argv[1]}
use_services(variables)
print(variables["DATABASE_URL"], variables["REDIS_URL"], flush=True)
sys.stdin.read()
"""


class User:
    """A command that uses the servers until it is told to end."""

    def __init__(self, folder: Path) -> None:
        environment = {
            name: value
            for name, value in os.environ.items()
            if name not in {"DATABASE_URL", "REDIS_URL"}
        }
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout
        self.database_url, self.redis_url = self.process.stdout.readline().split()

    def end(self) -> None:
        self.process.communicate("")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def answers(user: User) -> bool:
    try:
        psycopg.connect(user.database_url, connect_timeout=30).close()
        redis.Redis.from_url(user.redis_url).ping()
    except (psycopg.OperationalError, redis.ConnectionError):
        return False
    return True


def eventually_silent(user: User) -> bool:
    deadline = time.monotonic() + 60
    while answers(user):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def open_folder() -> Iterator[Path]:
    """Yield a folder that the account nobody reaches, so that data stays inside it."""
    path = Path(tempfile.mkdtemp(prefix="textrail-copy-"))
    path.chmod(0o755)
    yield path
    time.sleep(1)  # The supervisors write their last
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    yield from open_folder()


@pytest.fixture
def other_folder() -> Iterator[Path]:
    yield from open_folder()


def test_variables_that_are_set_are_left_alone(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgres://a", "REDIS_URL": "redis://b", "VAR_DIR": str(tmp_path)}
    use_services(given)
    assert given["DATABASE_URL"] == "postgres://a"
    assert not list(tmp_path.iterdir())


def test_the_servers_start_and_stop_with_their_only_user(folder: Path) -> None:
    user = User(folder)
    assert answers(user)
    user.end()
    assert eventually_silent(user)


def test_a_second_command_shares_them_and_may_stay_longer(folder: Path) -> None:
    first = User(folder)
    second = User(folder)
    assert first.database_url == second.database_url
    first.end()
    time.sleep(0.5)
    assert answers(second)
    second.end()
    assert eventually_silent(second)


def test_a_killed_command_leaves_no_server_behind(folder: Path) -> None:
    user = User(folder)
    user.kill()
    assert eventually_silent(user)


def test_data_outlives_a_restart(folder: Path) -> None:
    user = User(folder)
    with psycopg.connect(user.database_url) as connection:
        connection.execute("CREATE TABLE kept (n int)")
    user.end()
    assert eventually_silent(user)
    again = User(folder)
    with psycopg.connect(again.database_url) as connection:
        connection.execute("SELECT n FROM kept")
    again.end()


def test_servers_whose_supervisor_was_killed_are_replaced(folder: Path) -> None:
    user = User(folder)
    subprocess.run(["pkill", "-9", "-f", f"config.services .*{folder}"], check=True)
    user.end()
    again = User(folder)
    assert answers(again)
    again.end()
    assert eventually_silent(again)


def test_two_copies_run_side_by_side(folder: Path, other_folder: Path) -> None:
    here, there = User(folder), User(other_folder)
    assert here.database_url != there.database_url
    assert answers(here)
    assert answers(there)
    here.end()
    there.end()
    assert eventually_silent(there)


def test_the_password_is_for_the_owner_alone(folder: Path) -> None:
    User(folder).end()
    for name in ("postgres", "valkey"):
        assert (folder / "services" / name / "password").stat().st_mode & 0o077 == 0

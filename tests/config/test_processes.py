"""Children that live as long as the block."""

import os
import signal
import subprocess
import sys

import pytest

from config.processes import Command, ProcessEndedError, running

SLEEPER = Command("sleeper", ("-c", "import time; time.sleep(60)"))


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_children_end_with_the_block() -> None:
    with running() as processes:
        pid = processes.start(SLEEPER).pid
        processes.check()
        assert is_running(pid)
    assert not is_running(pid)


def test_the_children_end_when_the_block_fails() -> None:
    started = []

    def fail() -> None:
        with running() as processes:
            started.append(processes.start(SLEEPER).pid)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert not is_running(started[0])


def test_a_child_that_ends_is_named_with_its_last_words() -> None:
    with running() as processes:
        processes.start(Command("crasher", ("-c", "print('out of ink'); exit(3)"))).wait()
        with pytest.raises(ProcessEndedError, match=r"crasher ended \(3\)(.|\n)*out of ink"):
            processes.check()


def test_a_child_is_given_the_environment() -> None:
    program = "import os, sys; sys.exit(0 if os.environ['SEA'] == 'blue' else 1)"
    with running(environment={"SEA": "blue"}) as processes:
        assert processes.start(Command("sea", ("-c", program))).wait() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_block_even_where_it_was_switched_off(number: signal.Signals) -> None:
    program = (
        "import os, signal, time\n"
        f"signal.signal({int(number)}, signal.SIG_IGN)\n"
        "import django; django.setup()\n"
        "from config.processes import running\n"
        "try:\n"
        "    with running():\n"
        f"        os.kill(os.getpid(), {int(number)}); time.sleep(30)\n"
        "except KeyboardInterrupt:\n"
        "    print('stopped')\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings"},
    )
    assert told.stdout == "stopped\n", told.stderr

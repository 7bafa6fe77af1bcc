"""Children that live as long as the block."""

import os

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

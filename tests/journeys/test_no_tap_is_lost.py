"""Real processes are killed, stopped and starved: every answered tap is recorded, none twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import redis

from links.changes import CHANNEL
from tests.journeys.durability import CODES, Ground, Site, a_ground, a_site, kill, patiently
from tracking.journal_lines import LossRecord, TapRecord

Start = Callable[..., Site]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with a_ground() as ground:
        yield ground


@pytest.fixture
def start(ground: Ground, tmp_path: Path) -> Iterator[Start]:
    """Return a function that makes the case's site; what it started is stopped afterwards."""
    ground.query("TRUNCATE tracking_clicktotal, tracking_journalcursor, tracking_click CASCADE")
    with ExitStack() as sites:
        yield lambda **environment: sites.enter_context(a_site(ground, tmp_path, **environment))


def all_are_recorded_once(ground: Ground, answered: set[str]) -> None:
    clicks = ground.clicks()
    ((counted,),) = ground.query(
        "SELECT coalesce(sum(human_count + machine_count), 0) FROM tracking_clicktotal"
    )
    assert not answered - set(clicks)
    assert [click for click, count in Counter(clicks).items() if count > 1] == []
    assert counted == len(clicks)


def lead_to(ground: Ground, url: str) -> None:
    ground.query("UPDATE links_link SET destination_url = %s, updated_at = now()", url)


def test_a_killed_redirector_has_recorded_all_it_answered(ground: Ground, start: Start) -> None:
    site = start()
    answered: set[str] = set()
    for _ in range(3):
        redirector, clients = site.redirector(), site.clients(pause=0)
        clients.wait_for(100)
        kill(redirector)
        answered |= clients.finish()
        assert clients.odd == []

    site.read_all()
    assert len(answered) >= 300
    all_are_recorded_once(ground, answered)


def test_the_same_look_finds_what_a_forgetful_redirector_loses(start: Start) -> None:
    site = start()
    redirector = site.redirector(application="tests.journeys.forgetful_redirector:application")
    clients = site.clients()
    clients.wait_for(20)
    kill(redirector)

    assert len(clients.finish()) >= 20
    assert site.records() == []


def test_a_killed_consumer_reads_no_tap_twice(ground: Ground, start: Start) -> None:
    site = start()
    redirector, clients = site.redirector(), site.clients()
    for _ in range(3):
        before = len(ground.clicks())
        consumer = site.consumer("--batch", "10")
        patiently(lambda before=before: len(ground.clicks()) > before)  # type: ignore[misc]
        kill(consumer)
    answered = clients.finish()
    kill(redirector)

    site.read_all()
    all_are_recorded_once(ground, answered)


def test_a_killed_postgresql_costs_no_tap_and_no_visitor(ground: Ground, start: Start) -> None:
    site = start()
    redirector, clients, consumer = site.redirector(), site.clients(), site.consumer()
    patiently(lambda: len(ground.clicks()) > 0)
    ground.kill(ground.postgres)
    try:
        clients.wait_for(len(clients.answered) + 200)
        answered = clients.finish()
        kill(redirector)
    finally:
        ground.start(ground.postgres)

    patiently(lambda: not site.files())
    assert clients.odd == []
    assert consumer.poll() is None
    all_are_recorded_once(ground, answered)


def test_without_redis_taps_are_recorded_and_changes_arrive(ground: Ground, start: Start) -> None:
    site = start()
    redirector, clients = site.redirector(), site.clients()
    clients.wait_for(20)
    ground.kill(ground.valkey)
    try:
        clients.wait_for(len(clients.answered) + 100)
        lead_to(ground, "https://www.example.com/without-redis")
        patiently(lambda: "/without-redis?" in site.location(0, CODES[0]))
        answered = clients.finish()
        kill(redirector)
        site.read_all()
    finally:
        ground.start(ground.valkey)

    assert clients.odd == []
    all_are_recorded_once(ground, answered)


def test_a_change_reaches_every_redirector(ground: Ground, start: Start) -> None:
    site = start()
    for number in (0, 1):
        site.redirector(number)
    lead_to(ground, "https://www.example.com/changed")
    with redis.Redis.from_url(ground.valkey.address) as messenger:
        heard_by = messenger.publish(CHANNEL, "1")

    assert heard_by == 2
    for number in (0, 1):
        patiently(lambda number=number: "/changed?" in site.location(number, CODES[0]))  # type: ignore[misc]


def test_a_long_backlog_is_kept_and_caught_up(ground: Ground, start: Start) -> None:
    site = start(JOURNAL_ROTATE_BYTES="20000")
    redirector, clients = site.redirector(), site.clients()
    patiently(lambda: len(site.files()) >= 4)
    answered = clients.finish()
    kill(redirector)
    assert ground.clicks() == []

    site.read_all()
    all_are_recorded_once(ground, answered)


def test_a_torn_last_line_costs_no_other(ground: Ground, start: Start) -> None:
    site = start()
    redirector, clients = site.redirector(), site.clients()
    clients.wait_for(50)
    kill(redirector)
    answered = clients.finish()
    (file,) = site.files()
    with file.open("ab") as journal:
        journal.write(file.read_bytes()[:40])

    site.read_all()
    all_are_recorded_once(ground, answered)


def test_a_full_disk_turns_nobody_away_and_counts_what_it_lost(start: Start) -> None:
    """A limit on file sizes refuses writes as a full disk does, and needs no rights.

    A new file has room again, as a disk has after somebody cleared it.
    """
    site = start(JOURNAL_ROTATE_SECONDS="1")
    site.redirector(file_limit=20_000)
    clients = site.clients()
    patiently(lambda: any(isinstance(record, LossRecord) for record in site.records()))
    answered = len(clients.finish())
    later: list[str] = []

    def all_are_recorded_or_counted() -> bool:
        later.append(site.location(0, CODES[0]))
        records = site.records()
        lost = sum(record.lost_count for record in records if isinstance(record, LossRecord))
        kept = sum(isinstance(record, TapRecord) for record in records)
        return kept + lost == answered + len(later)

    patiently(all_are_recorded_or_counted)
    assert clients.odd == []
    assert "cannot be written" in site.log()


def test_two_consumers_share_a_folder(ground: Ground, start: Start) -> None:
    site = start(JOURNAL_ROTATE_BYTES="20000")
    redirector, clients = site.redirector(), site.clients()
    consumers = [site.consumer() for _ in range(2)]
    patiently(lambda: len(ground.clicks()) >= 100)
    answered = clients.finish()
    kill(redirector)

    patiently(lambda: not site.files())
    assert [consumer.poll() for consumer in consumers] == [None, None]
    all_are_recorded_once(ground, answered)


def test_a_clock_that_jumps_loses_and_doubles_nothing(ground: Ground, start: Start) -> None:
    site = start(JOURNAL_ROTATE_BYTES="20000")
    redirector = site.redirector(application="tests.journeys.jumping_clock:application")
    clients = site.clients()
    clients.wait_for(300)
    answered = clients.finish()
    kill(redirector)

    site.read_all()
    all_are_recorded_once(ground, answered)

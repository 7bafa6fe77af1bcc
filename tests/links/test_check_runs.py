"""Checks of many links by a worker: claimed once, seen as they come, resumed after a death."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.test import Client

from links import check_runs
from links.check_runs import (
    queue_due_links,
    recheck_due_links,
    results_of,
    start_check_run,
    work_check_runs,
)
from links.models import CheckRun, Link, LinkCheck
from tests.links.builders import NOW, make_domain, make_link, make_send
from tests.links.web import PAGE, Web, serve

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve({"/page": PAGE}) as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


@pytest.fixture
def links(web) -> list[Link]:
    domain = make_domain(web.host, scheme="http", is_default=True)
    query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
    web.pages["/.well-known/textrail"] = (200, {}, domain.verification_token)
    made = [make_link(domain, f"code{place}") for place in range(6)]
    web.pages.update({f"/{link.code}": (302, f"/page?{query}") for link in made})
    return made


def start(links: list[Link], **values) -> CheckRun:
    return start_check_run(links=links, **{"send": None, "by": None, "now": NOW, **values})


def work(now: datetime = NOW, limit: timedelta = MINUTE) -> int:
    return work_check_runs(clock=lambda: now, time_limit=limit)


def test_a_run_checks_every_link_once_and_ends(links) -> None:
    run = start(links)
    assert work() == 6
    assert work() == 0
    run.refresh_from_db()
    assert (run.done_count, run.finished_at) == (6, NOW)
    assert LinkCheck.objects.count() == 18


def test_results_are_seen_link_by_link_in_the_runs_order(links, web) -> None:
    web.pages[f"/{links[1].code}"] = (404, "")
    run = start([links[2], links[1]])
    work()
    run.refresh_from_db()
    seen = [(link, {check.is_ok for check in checks}) for link, checks in results_of(run)]
    assert seen == [(links[2], {True}), (links[1], {False})]


def test_what_is_left_when_the_time_is_over_waits_for_the_next_call(links) -> None:
    run = start(links)
    moments = iter([NOW, NOW, NOW, NOW, NOW, NOW + MINUTE, NOW + MINUTE])
    assert work_check_runs(clock=lambda: next(moments), time_limit=MINUTE) == 4
    run.refresh_from_db()
    assert (run.done_count, run.worked_at, run.finished_at) == (4, None, None)
    assert work(NOW + MINUTE) == 2


def test_a_run_that_somebody_works_on_is_left_alone_until_that_worker_has_died(links) -> None:
    run = start(links)
    CheckRun.objects.update(worked_at=NOW, done_count=4)
    assert work(NOW + MINUTE) == 0
    assert work(NOW + 3 * MINUTE) == 2
    run.refresh_from_db()
    assert run.finished_at == NOW + 3 * MINUTE


def test_a_send_that_is_being_checked_is_not_checked_twice(links) -> None:
    send = make_send()
    assert start(links, send=send) == start(links, send=send)
    work()
    assert start(links, send=send).finished_at is None
    assert CheckRun.objects.count() == 2


def test_the_worker_is_rung_once_the_run_is_stored(
    links, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    heard: list[str] = []
    monkeypatch.setattr(check_runs, "ring_on_commit", heard.append)
    start(links)
    assert heard == ["links.tasks.recheck_live_links"]


# Links that are due


def test_due_links_are_queued_once(links) -> None:
    Link.objects.update(send=make_send(status="live"))
    assert queue_due_links(now=NOW, limit=4) is not None
    assert queue_due_links(now=NOW, limit=4) is None
    assert CheckRun.objects.count() == 1


def test_where_none_is_due_none_is_queued(links) -> None:
    assert queue_due_links(now=NOW, limit=4) is None
    assert not CheckRun.objects.exists()


def test_the_sweep_queues_and_works_in_one_go(links) -> None:
    Link.objects.update(send=make_send(status="live"))
    assert recheck_due_links(clock=lambda: NOW, limit=4) == 4
    assert recheck_due_links(clock=lambda: NOW, limit=4) == 2
    assert recheck_due_links(clock=lambda: NOW, limit=4) == 0


# Its page


@pytest.fixture
def page(django_user_model) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("alice"))
    return client


def test_many_links_of_a_list_are_checked_by_a_worker_and_shown_as_they_come(page, links) -> None:
    chosen = [str(link.pk) for link in links]
    answer = page.post("/admin/links/link/", {"action": "check_now", "_selected_action": chosen})
    run = CheckRun.objects.get()
    assert answer["Location"] == f"/admin/links/link/check-run/{run.pk}/"
    assert "Waiting for the worker" in page.get(answer["Location"]).content.decode()
    CheckRun.objects.update(created_at=NOW)
    assert "Is the worker running?" in page.get(answer["Location"]).content.decode()
    work()
    part = page.get(answer["Location"], {"part": ""}).content.decode()
    assert "data-finished" in part
    assert part.count("works</span>") == 18
    assert "<html" not in part


def test_a_run_is_shown_to_those_who_may_see_links_only(django_user_model, links) -> None:
    client = Client()
    client.force_login(django_user_model.objects.create_user("bob", is_staff=True))
    run = start(links)
    assert client.get(f"/admin/links/link/check-run/{run.pk}/").status_code == 403

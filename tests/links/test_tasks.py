"""Sweeps: what is due is done, and doing it again changes nothing."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core import mail

from links.models import AudienceUpload, LinkAlert, LinkCheck
from links.tasks import add_audiences, expire_audiences, recheck_live_links, watch_alerts
from tests.links.audience_stories import a_file, a_send, an_upload, numbers
from tests.links.builders import NOW, make_domain, make_link, make_send
from tests.links.web import PAGE, Web, serve

pytestmark = pytest.mark.django_db


@pytest.fixture
def web(settings) -> Iterator[Web]:
    with serve({"/page": PAGE}) as server:
        settings.LINK_CHECK_ALLOWED_PRIVATE_HOSTS = [server.host]
        yield server


def test_a_live_link_is_rechecked_once_while_its_check_is_fresh(web) -> None:
    link = make_link(make_domain(web.host, scheme="http"), send=make_send(status="live"))
    query = "utm_source=sms&utm_medium=text&utm_campaign=demo-invite-q2"
    web.pages[f"/{link.code}"] = (302, f"/page?{query}")
    recheck_live_links()
    recheck_live_links()
    assert set(LinkCheck.objects.values_list("device", "is_ok")) == {
        ("iphone", True),
        ("android", True),
        ("desktop", True),
    }
    assert LinkCheck.objects.count() == 3


def test_the_task_is_known_by_its_name() -> None:
    assert recheck_live_links.name == "links.tasks.recheck_live_links"


def test_people_are_told_once_of_what_broke_and_alerts_of_ended_sends_close(settings) -> None:
    settings.EMAIL_URL, settings.ALERT_EMAILS = "smtp://localhost", ["team@example.com"]
    live, over = (
        LinkAlert.objects.create(link=make_link(code=status, send=send), opened_at=NOW)
        for status in ("live", "done")
        for send in [make_send(f"send-{status}", status=status)]
    )
    watch_alerts()
    watch_alerts()
    live.refresh_from_db()
    over.refresh_from_db()
    assert (live.resolved_at, over.resolution) == (None, "send-over")
    (letter,) = mail.outbox
    assert "go.example.com/live" in letter.body


def test_the_sweep_adds_waiting_audiences(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    an_upload(a_send(), a_file(*numbers(3)))
    add_audiences()
    add_audiences()
    upload = AudienceUpload.objects.get()
    assert (upload.status, upload.new_count) == ("done", 3)


def test_the_sweep_deletes_old_results(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    an_upload(a_send(), a_file(*numbers(3)))
    add_audiences()
    AudienceUpload.objects.update(finished_at=NOW - timedelta(days=30))
    expire_audiences()
    expire_audiences()
    assert AudienceUpload.objects.get().results_file.name == ""

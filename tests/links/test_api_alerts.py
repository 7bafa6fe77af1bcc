"""Broken links over REST."""

import pytest

from links.models import LinkAlert
from tests.links.builders import NOW, make_link, make_send
from tests.links.test_api import client_with

pytestmark = pytest.mark.django_db
ALERTS = "/api/v1/link-alerts"
PROBLEM = {
    "code": "final-status", "message": "It ends in a 404.", "severity": "error", "device": "iphone"
}  # fmt: skip


def test_an_alert_says_what_broke_and_what_to_do() -> None:
    link = make_link(send=make_send(status="live"))
    LinkAlert.objects.create(link=link, opened_at=NOW, problems=[PROBLEM])
    (row,) = client_with("read").get(f"{ALERTS}?send={link.send_id}").data["results"]
    assert row["short_url"] == "https://go.example.com/k7Qm2Xa"
    assert row["send_name"] == "Demo invitation, June"
    assert row["problems"] == [PROBLEM]
    assert "the same link then leads there" in row["advice"][0]
    assert row["resolved_at"] is None


@pytest.mark.parametrize(("is_open", "code"), [("true", "broken"), ("false", "mended")])
def test_alerts_are_found_by_whether_they_are_open(is_open: str, code: str) -> None:
    send = make_send(status="live")
    LinkAlert.objects.create(link=make_link(code="broken", send=send), opened_at=NOW)
    LinkAlert.objects.create(
        link=make_link(code="mended", send=send), opened_at=NOW, resolved_at=NOW
    )
    (row,) = client_with("read").get(f"{ALERTS}?is_open={is_open}").data["results"]
    assert row["short_url"].endswith(code)


def test_alerts_are_only_read() -> None:
    assert client_with("read", "write").post(ALERTS, {}, format="json").status_code == 405

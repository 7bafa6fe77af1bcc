"""A live link that breaks opens one alert, and it closes when the link is mended or over."""

from datetime import datetime, timedelta

import pytest

from links.alerts import close_ended_alerts, update_alerts
from links.models import Link, LinkAlert, LinkCheck, WebhookDelivery
from tests.links.builders import NOW, make_check, make_link, make_send
from tests.links.webhook_builders import make_endpoint

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=10)


@pytest.fixture
def link() -> Link:
    return make_link(send=make_send(status="live"))


def the_alert() -> LinkAlert:
    return LinkAlert.objects.get()


def look(link: Link, *failing: str, at: datetime = NOW) -> None:
    """Check a link on all devices, of which some fail."""
    for device in LinkCheck.Device.values:
        make_check(link, device, is_ok=device not in failing, checked_at=at)
    update_alerts(links=[link], now=at)


def break_(link: Link, at: datetime = NOW) -> None:
    look(link, "iphone", at=at)


def mend(link: Link, at: datetime = LATER) -> None:
    look(link, at=at)


def test_a_live_link_that_breaks_opens_an_alert_that_says_what_and_where(link: Link) -> None:
    break_(link)
    alert = the_alert()
    assert (alert.link, alert.opened_at, alert.resolved_at) == (link, NOW, None)
    (problem,) = alert.problems
    assert (problem["code"], problem["device"]) == ("final-status", "iphone")


def test_a_link_that_works_opens_none(link: Link) -> None:
    look(link)
    assert not LinkAlert.objects.exists()


def test_a_link_never_checked_opens_none(link: Link) -> None:
    update_alerts(links=[link], now=NOW)
    assert not LinkAlert.objects.exists()


def test_while_it_is_broken_there_is_one_alert(link: Link) -> None:
    break_(link)
    break_(link, at=LATER)
    assert the_alert().opened_at == NOW


def test_a_second_device_that_breaks_is_added(link: Link) -> None:
    break_(link)
    look(link, "iphone", "desktop", at=LATER)
    assert {problem["device"] for problem in the_alert().problems} == {"iphone", "desktop"}


@pytest.mark.parametrize("status", ["draft", "ready", "done", "cancelled"])
def test_a_link_of_a_send_that_is_not_live_opens_none(status: str) -> None:
    break_(make_link(send=make_send(status=status)))
    assert not LinkAlert.objects.exists()


@pytest.mark.parametrize(
    "values",
    [{"status": "retired"}, {"expires_at": NOW}, {"starts_at": LATER}, {"limit_reached_at": NOW}],
)
def test_a_link_that_does_not_lead_to_its_page_opens_none(values) -> None:
    break_(make_link(send=make_send(status="live"), **values))
    assert not LinkAlert.objects.exists()


def test_a_mended_link_resolves_its_alert(link: Link) -> None:
    break_(link)
    mend(link)
    assert (the_alert().resolved_at, the_alert().resolution) == (LATER, "mended")


def test_as_long_as_one_device_fails_it_is_not_mended(link: Link) -> None:
    look(link, "iphone", "desktop")
    look(link, "desktop", at=LATER)
    assert the_alert().resolved_at is None
    assert [problem["device"] for problem in the_alert().problems] == ["desktop"]


def test_only_the_newest_look_counts(link: Link) -> None:
    make_check(link, is_ok=False, checked_at=NOW)
    mend(link)
    assert not LinkAlert.objects.exists()


def test_a_link_that_breaks_again_opens_another(link: Link) -> None:
    break_(link)
    mend(link)
    break_(link, at=LATER + timedelta(hours=1))
    assert LinkAlert.objects.count() == 2
    assert LinkAlert.objects.open().count() == 1


def test_other_systems_are_told_of_both(link: Link) -> None:
    make_endpoint(event_types=["link.broken", "link.mended"])
    break_(link)
    break_(link, at=LATER)
    mend(link, at=LATER + timedelta(seconds=1))
    broken, mended = WebhookDelivery.objects.order_by("created_at")
    assert (broken.event_type, mended.event_type) == ("link.broken", "link.mended")
    assert broken.payload["short_url"] == "https://go.example.com/k7Qm2Xa"
    assert broken.payload["send_name"] == "Demo invitation, June"
    assert broken.payload["problems"][0]["message"] == "It ends in a 404."
    assert mended.payload["broken_at"] == "2026-06-10T12:00:00.000Z"
    assert mended.payload["mended_at"] == "2026-06-10T12:10:01.000Z"


def test_the_alert_of_an_ended_send_is_closed_with_its_reason(link: Link) -> None:
    break_(link)
    link.send.status = "done"
    link.send.save()
    assert close_ended_alerts(now=LATER) == 1
    assert (the_alert().resolved_at, the_alert().resolution) == (LATER, "send-over")


def test_the_alert_of_a_retired_link_is_closed_with_its_reason(link: Link) -> None:
    break_(link)
    Link.objects.update(status="retired")
    assert close_ended_alerts(now=LATER) == 1
    assert the_alert().resolution == "switched-off"


def test_the_alert_of_a_live_link_stays_open(link: Link) -> None:
    break_(link)
    assert close_ended_alerts(now=LATER) == 0
    assert the_alert().resolved_at is None


def test_what_alerts_cost_does_not_grow_with_links(django_assert_num_queries) -> None:
    send = make_send(status="live")
    links = [make_link(code=f"code{number}", send=send) for number in range(8)]
    for link in links:
        make_check(link, is_ok=False)
    with django_assert_num_queries(7):
        update_alerts(links=links, now=NOW)
    assert LinkAlert.objects.count() == 8

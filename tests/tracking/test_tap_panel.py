"""What a send's page shows of its taps."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from campaigns.models import Send
from campaigns.send_page import panels
from links.models import Domain, Link
from tests.tracking.builders import NOW, make_send
from tests.tracking.click_builders import a_recipient
from tracking.models import ClickTotal, Event, TapBreakdown
from tracking.tap_chart import HEIGHT
from tracking.tap_panel import LONGEST, draw_bars, taps_panel

DAY = date(2026, 6, 15)


def render(send: Send) -> str:
    context = taps_panel(send, RequestFactory().get("/"))
    assert context is not None
    return render_to_string("tracking/send_taps.html", context)


def make_link(send: Send) -> Link:
    domain, _ = Domain.objects.get_or_create(host="go.example.com")
    return Link.objects.create(
        domain=domain, code="abcdefg", send=send, destination_url="https://x.io"
    )


def test_bars_are_stacked_to_the_busiest_day() -> None:
    bars = draw_bars({DAY: (3, 1), DAY + timedelta(days=1): (1, 0)})
    assert bars[0].human_height + bars[0].machine_height == HEIGHT
    assert (bars[0].machine_y, bars[1].human_height) == (0, HEIGHT / 4)


def test_days_without_taps_are_drawn_empty() -> None:
    bars = draw_bars({DAY: (1, 0), DAY + timedelta(days=3): (1, 0)})
    assert [bar.human_count for bar in bars] == [1, 0, 0, 1]


def test_a_long_history_is_cut() -> None:
    assert len(draw_bars({DAY: (1, 0), DAY + timedelta(days=400): (1, 0)})) == LONGEST


def test_no_taps_draw_nothing() -> None:
    assert draw_bars({}) == []


@pytest.mark.django_db
def test_the_panel_says_when_there_are_no_taps_yet() -> None:
    assert "No taps yet" in render(make_send())


def counted(link: Link, **fields: Any) -> ClickTotal:
    given = {"date": DAY, "human_count": 1200, "machine_count": 3, "earliest_at": NOW, **fields}
    return ClickTotal.objects.create(link=link, **given)


@pytest.mark.django_db
def test_the_panel_counts_people_and_machines_apart() -> None:
    send = make_send()
    counted(make_link(send))

    page = render(send)

    assert "<dt>Taps by people</dt><dd>1,200</dd>" in page
    assert "<dt>Taps by machines</dt><dd>3</dd>" in page
    assert "First 15 Jun 2026, 12:00" in page


@pytest.mark.django_db
def test_the_corrected_rate_is_of_recipients_and_says_what_it_leaves_out() -> None:
    send = make_send()
    link = make_link(send)
    for number in range(4):
        a_recipient(link, f"abc23{number}")
    counted(link, human_count=3, recipient_count=1)

    page = render(send)

    assert "<dt>Corrected tap rate</dt><dd>25.0 %</dd>" in page
    assert "Leaves out 2 repeated or shared taps, with which it would be 75.0 %." in page


@pytest.mark.django_db
def test_the_corrected_rate_is_of_what_was_delivered_where_that_is_reported() -> None:
    send = make_send()
    link = make_link(send)
    for number in range(4):
        a_recipient(link, f"abc23{number}")
    counted(link, human_count=1, recipient_count=1)
    for number in range(2):
        Event.objects.create(
            origin="x", event_id=str(number), name="sms-delivered", occurred_at=NOW,
            received_at=NOW, send=send,
        )  # fmt: skip

    assert "<dt>Corrected tap rate</dt><dd>50.0 %</dd>" in render(send)


@pytest.mark.django_db
def test_a_send_without_recipients_has_no_corrected_rate() -> None:
    send = make_send()
    counted(make_link(send))

    assert "Corrected tap rate" not in render(send)


@pytest.mark.django_db
def test_the_panel_says_what_the_machines_were() -> None:
    send = make_send()
    link = make_link(send)
    counted(link)
    for reason, number in (("preview", 2), ("scanner", 1), ("browser", 0)):
        TapBreakdown.objects.create(
            link=link, date=DAY, dimension="reason", value=reason, machine_count=number
        )

    assert "The machines: a message preview 2 · a security scanner 1." in render(send)


def test_the_panel_is_registered() -> None:
    assert "Taps" in [panel.title for panel in panels()]

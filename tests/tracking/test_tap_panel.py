"""What a send's page shows of its taps."""

from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory

from campaigns.models import Send
from campaigns.send_page import panels
from links.models import Domain, Link
from tests.tracking.builders import NOW, make_send
from tracking.models import Click, ClickTotal
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


@pytest.mark.django_db
def test_the_panel_counts_people_and_machines_apart() -> None:
    send = make_send()
    link = make_link(send)
    ClickTotal.objects.create(link=link, date=DAY, human_count=1200, machine_count=3)
    Click.objects.create(
        occurred_at=NOW, link=link, host="go", path="/x", method="GET", grade="likely", reason="b"
    )
    page = render(send)
    assert "<strong>1,200</strong> taps by people" in page
    assert "3 by machines" in page
    assert "First 15 Jun 2026, 12:00" in page


def test_the_panel_is_registered() -> None:
    assert "Taps" in [panel.title for panel in panels()]

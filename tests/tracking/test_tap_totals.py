"""Counts by day, and by what taps were made with and why, kept while taps are read."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from links.models import Link
from tests.tracking.click_builders import IPHONE, NOW, a_line, a_recipient
from tests.tracking.test_taps import sms_link, take
from tracking.models import ClickTotal, TapBreakdown

pytestmark = pytest.mark.django_db

PC = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0"


def breakdown(link: Link, dimension: str) -> dict[str, tuple[int, int]]:
    """Return (people's, machines') taps by value."""
    rows = TapBreakdown.objects.filter(link=link, dimension=dimension)
    return {row.value: (row.human_count, row.machine_count) for row in rows}


def test_taps_are_counted_by_device_system_browser_country_and_reason(tmp_path: Path) -> None:
    link = sms_link()
    take(
        tmp_path,
        a_line(link, user_agent=IPHONE, country="DE"),
        a_line(link, user_agent=IPHONE, country="AT"),
        a_line(link, user_agent=PC, country="DE"),
        a_line(link, user_agent="curl/8.0"),
    )

    assert breakdown(link, "device") == {"phone": (2, 0), "desktop": (1, 0), "": (0, 1)}
    assert breakdown(link, "os") == {"iOS": (2, 0), "Windows": (1, 0), "": (0, 1)}
    assert breakdown(link, "browser") == {"Safari": (2, 0), "Firefox": (1, 0), "": (0, 1)}
    assert breakdown(link, "country") == {"DE": (2, 0), "AT": (1, 0), "": (0, 1)}
    assert breakdown(link, "reason") == {"browser": (3, 0), "http_tool": (0, 1)}


def test_a_later_batch_adds_to_the_counts(tmp_path: Path) -> None:
    link = sms_link()
    take(tmp_path, a_line(link))
    take(tmp_path, a_line(link), a_line(link, method="HEAD"))

    assert breakdown(link, "device") == {"phone": (2, 1)}


def test_each_day_has_its_own_counts(tmp_path: Path) -> None:
    link = sms_link()
    take(tmp_path, a_line(link), a_line(link, seconds=86_400))

    rows = TapBreakdown.objects.filter(link=link, dimension="os").values_list("date", "human_count")
    assert sorted(rows) == [(date(2026, 6, 15), 1), (date(2026, 6, 16), 1)]


def test_the_earliest_and_latest_tap_of_a_person_are_kept(tmp_path: Path) -> None:
    link = sms_link()
    take(
        tmp_path, a_line(link, seconds=-600, method="HEAD"), a_line(link), a_line(link, seconds=90)
    )
    take(tmp_path, a_line(link, seconds=30))

    total = ClickTotal.objects.get()
    assert (total.earliest_at, total.latest_at) == (NOW, NOW + timedelta(seconds=90))


def test_a_day_of_machines_has_no_earliest_tap(tmp_path: Path) -> None:
    take(tmp_path, a_line(sms_link(), method="HEAD"))

    assert ClickTotal.objects.get().earliest_at is None


def test_a_recipient_is_counted_once_however_often_they_tap(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc234")
    a_recipient(link, "def567")
    take(
        tmp_path,
        a_line(link, suffix="abc234"),
        a_line(link, suffix="abc234", seconds=60),
        a_line(link),
    )
    take(tmp_path, a_line(link, suffix="abc234", seconds=86_400), a_line(link, suffix="def567"))

    rows = ClickTotal.objects.order_by("date").values_list("human_count", "recipient_count")
    assert list(rows) == [(4, 2), (1, 0)]


def test_a_machine_on_a_recipients_link_counts_no_recipient(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc234")
    take(tmp_path, a_line(link, suffix="abc234", method="HEAD"))

    assert ClickTotal.objects.get().recipient_count == 0


def test_a_forgotten_recipient_is_not_counted_again(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc234", phone="", email="")
    take(tmp_path, a_line(link, suffix="abc234"))

    assert ClickTotal.objects.get().recipient_count == 0

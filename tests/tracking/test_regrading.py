"""A scanner that shows itself late, and a person behind what looked like a machine."""

from pathlib import Path
from typing import Any

import pytest

from campaigns.public_ids import encode_id
from links.models import Link
from tests.tracking.click_builders import NOW, a_line, a_recipient
from tests.tracking.test_tap_totals import breakdown
from tests.tracking.test_taps import sms_link, take
from tracking.bots import BURST_ADDRESSES
from tracking.models import Click, ClickTotal, Event, Identity, PendingChange, Touchpoint
from tracking.services import confirm_waiting_taps, record_events

pytestmark = pytest.mark.django_db

HALF = BURST_ADDRESSES // 2 + 1
"""Two of these in one burst are more than people make."""


def lines(link: Link, first: int, last: int, **fields: Any) -> list[bytes]:
    """Return taps on numbered recipients' addresses, a tenth of a second apart."""
    return [
        a_line(link, **{"suffix": f"abc2{number:02d}", "seconds": number / 10, **fields})
        for number in range(first, last)
    ]


def a_burst_in_two_batches(tmp_path: Path, **second: Any) -> Link:
    link = sms_link()
    for number in range(2 * HALF):
        a_recipient(link, f"abc2{number:02d}", phone=f"+141555501{number:02d}")
    take(tmp_path, *lines(link, 0, HALF))
    take(tmp_path, *lines(link, HALF, 2 * HALF, **second))
    return link


def totals() -> tuple[int, int, int]:
    """Return taps by people, by machines, and recipients who tapped."""
    total = ClickTotal.objects.get()
    return total.human_count, total.machine_count, total.recipient_count


def report(click: Click) -> None:
    """Tell of a visit to the landing page that carries this tap's id."""
    visit = {
        "event_id": "1",
        "name": "visit",
        "occurred_at": NOW.isoformat(),
        "visitor_id": "browser-1",
        "tr": encode_id(click.pk),
    }
    record_events(origin="site", events=[visit], now=NOW)


def test_a_burst_that_falls_into_two_batches_is_a_scanners_from_its_first_tap(
    tmp_path: Path,
) -> None:
    link = a_burst_in_two_batches(tmp_path)

    assert set(Click.objects.values_list("grade", "reason")) == {("machine", "burst")}
    assert totals() == (0, 2 * HALF, 0)
    assert breakdown(link, "reason") == {"browser": (0, 0), "burst": (0, 2 * HALF)}
    assert breakdown(link, "device") == {"phone": (0, 2 * HALF)}
    assert ClickTotal.objects.get().earliest_at is None


def test_its_touches_earn_nothing_and_their_people_are_settled_again(tmp_path: Path) -> None:
    a_burst_in_two_batches(tmp_path)

    assert set(Touchpoint.objects.values_list("exclusion", flat=True)) == {"machine"}
    assert PendingChange.objects.filter(cause="exclusion").count() == HALF
    assert not Identity.objects.filter(person__originated_at__isnull=False).exists()


def test_it_opens_a_link_again_that_it_had_closed(tmp_path: Path) -> None:
    link = sms_link()
    link.tap_limit = HALF
    link.save()
    take(tmp_path, *lines(link, 0, HALF))
    link.refresh_from_db()
    assert link.limit_reached_at is not None

    take(tmp_path, *lines(link, HALF, 2 * HALF))

    link.refresh_from_db()
    assert link.limit_reached_at is None


def test_the_same_number_of_taps_from_two_networks_is_no_burst(tmp_path: Path) -> None:
    a_burst_in_two_batches(tmp_path, address_hash="b" * 32)

    assert totals() == (2 * HALF, 0, 2 * HALF)


def test_the_same_number_of_taps_a_minute_apart_is_no_burst(tmp_path: Path) -> None:
    link = sms_link()
    take(tmp_path, *lines(link, 0, HALF))
    take(tmp_path, *lines(link, HALF, 2 * HALF, seconds=60))

    assert totals() == (2 * HALF, 0, 0)


def test_a_tap_that_its_page_has_reported_stays_a_persons(tmp_path: Path) -> None:
    link = sms_link()
    take(tmp_path, *lines(link, 0, HALF))
    reported = Click.objects.earliest("pk")
    report(reported)

    take(tmp_path, *lines(link, HALF, 2 * HALF))

    reported.refresh_from_db()
    assert reported.grade == "confirmed"
    assert totals() == (1, 2 * HALF - 1, 0)


def test_a_recipient_with_another_tap_still_counts(tmp_path: Path) -> None:
    link = sms_link()
    a_recipient(link, "abc200")
    take(tmp_path, a_line(link, suffix="abc200", seconds=-600))
    take(tmp_path, *lines(link, 0, HALF))
    take(tmp_path, *lines(link, HALF, 2 * HALF))

    assert totals() == (1, 2 * HALF, 1)


def test_a_recipient_who_taps_after_the_scanner_counts(tmp_path: Path) -> None:
    link = a_burst_in_two_batches(tmp_path)
    take(tmp_path, a_line(link, suffix="abc200", seconds=600))

    assert totals() == (1, 2 * HALF, 1)


def a_prefetch(tmp_path: Path, **fields: Any) -> Click:
    link = sms_link()
    a_recipient(link, "abc234", phone="+14155550100")
    take(tmp_path, a_line(link, suffix="abc234", purpose="prefetch", **fields))
    return Click.objects.get()


def test_a_prefetch_that_the_page_reports_becomes_a_persons_tap(tmp_path: Path) -> None:
    click = a_prefetch(tmp_path)
    assert totals() == (0, 1, 0)

    report(click)

    click.refresh_from_db()
    assert (click.grade, click.reason) == ("confirmed", "browser")
    assert totals() == (1, 0, 1)
    assert click.link is not None
    assert breakdown(click.link, "reason") == {"prefetch": (0, 0), "browser": (1, 0)}
    assert ClickTotal.objects.get().earliest_at == NOW
    touch = Touchpoint.objects.get()
    assert (touch.kind, touch.evidence_grade, touch.click_id) == ("tap", 0, click.pk)
    assert touch.identity is not None
    assert touch.identity.kind == "recipient"


def test_reporting_it_again_changes_nothing(tmp_path: Path) -> None:
    click = a_prefetch(tmp_path)
    report(click)
    report(click)

    assert totals() == (1, 0, 1)
    assert Touchpoint.objects.count() == 1


def test_a_burst_that_the_page_reports_earns_again(tmp_path: Path) -> None:
    a_burst_in_two_batches(tmp_path)
    click = Click.objects.earliest("pk")

    report(click)

    assert totals() == (1, 2 * HALF - 1, 1)
    assert Touchpoint.objects.get(click_id=click.pk).exclusion == ""


def test_a_crawler_that_runs_the_page_stays_a_machine(tmp_path: Path) -> None:
    link = sms_link()
    take(tmp_path, a_line(link, user_agent="Mozilla/5.0 (compatible; Googlebot/2.1)"))
    click = Click.objects.get()

    report(click)
    report(click)

    click.refresh_from_db()
    assert click.grade == "machine"
    assert totals() == (0, 1, 0)


def test_a_report_that_came_while_the_prefetch_was_read_is_found_later(tmp_path: Path) -> None:
    click = a_prefetch(tmp_path)
    Event.objects.create(
        origin="site", event_id="1", name="visit", occurred_at=NOW, received_at=NOW,
        click_id=click.pk,
    )  # fmt: skip

    assert confirm_waiting_taps(now=NOW) == 1

    assert totals() == (1, 0, 1)
    assert Event.objects.get().touchpoint == Touchpoint.objects.get()

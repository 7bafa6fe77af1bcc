"""Old months of taps are dropped once their sums are safe; what was made of them stays."""

from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.tracking.click_builders import NOW, a_line, a_recipient, an_id
from tests.tracking.test_taps import sms_link, take
from tracking.models import Click, ClickTotal, OrphanTotal, TapBreakdown, Touchpoint
from tracking.partitions import Month, make_partitions, months
from tracking.retention import drop_old_taps, due_months, removed_on
from tracking.tap_facts import microseconds_of
from tracking.tap_panel import taps_panel

pytestmark = pytest.mark.django_db

MARCH = datetime(2024, 3, 10, 12, 0, tzinfo=UTC)
TODAY = datetime(2025, 5, 1, tzinfo=UTC)
"""The first day on which March 2024 is past 13 whole months."""


def then(moment: datetime = MARCH, **fields: Any) -> dict[str, Any]:
    """Return the fields of a tap at that time, its id drawn then."""
    return {"occurred_at_us": microseconds_of(moment), "click_id": an_id(moment), **fields}


@pytest.fixture(autouse=True)
def _months(db: None) -> None:
    make_partitions(now=MARCH)


def taps_of_march(tmp_path: Path) -> Any:
    link = sms_link()
    a_recipient(link, "abc234")
    take(
        tmp_path,
        a_line(link, suffix="abc234", country="DE", **then()),
        a_line(link, method="HEAD", **then()),
        a_line(path="/misprint", **then()),
        a_line(link, answer="expired", **then()),
    )
    return link


def test_a_month_goes_when_it_is_past_the_kept_ones(tmp_path: Path) -> None:
    taps_of_march(tmp_path)

    result = drop_old_taps(now=TODAY, keep_months=13)

    assert (result.dropped, result.problems) == ([Month(2024, 3)], [])
    assert not Click.objects.exists()
    assert Month(2024, 3) not in months()
    assert Month(2024, 4) in months()


def test_a_day_earlier_it_stays(tmp_path: Path) -> None:
    taps_of_march(tmp_path)

    assert drop_old_taps(now=datetime(2025, 4, 30, tzinfo=UTC), keep_months=13).dropped == []
    assert Click.objects.count() == 4


def test_zero_keeps_everything(tmp_path: Path) -> None:
    taps_of_march(tmp_path)

    assert drop_old_taps(now=TODAY.replace(year=2099), keep_months=0).dropped == []
    assert removed_on(Month(2024, 3), keep_months=0) is None


def test_it_is_said_when_a_month_is_due() -> None:
    assert removed_on(Month(2024, 3), keep_months=13) == TODAY
    assert due_months(now=TODAY, keep_months=13) == [Month(2024, 3)]


def test_the_list_of_taps_says_until_when_they_are_kept(admin_client: Any, settings: Any) -> None:
    url = "/admin/tracking/click/"
    settings.CLICK_RETENTION_MONTHS = 13
    assert (
        "Those of March 2024, the earliest here, go on 1 May 2025"
        in admin_client.get(url).content.decode()
    )

    settings.CLICK_RETENTION_MONTHS = 0
    assert "Single taps are kept for good" in admin_client.get(url).content.decode()


def test_counts_touches_and_the_panel_stay_as_they_were(tmp_path: Path, rf: Any) -> None:
    link = taps_of_march(tmp_path)

    def everything() -> list[Any]:
        return [
            *ClickTotal.objects.values(),
            *TapBreakdown.objects.order_by("dimension", "value").values(),
            *OrphanTotal.objects.order_by("answer").values(),
            *Touchpoint.objects.values(),
            taps_panel(link.send, rf.get("/")),
        ]

    before = everything()
    drop_old_taps(now=TODAY, keep_months=13)

    assert everything() == before
    assert len(before) > 5


def test_a_month_whose_sums_are_too_low_stays_and_says_why(tmp_path: Path) -> None:
    taps_of_march(tmp_path)
    ClickTotal.objects.update(human_count=0)

    result = drop_old_taps(now=TODAY, keep_months=13)

    assert result.dropped == []
    assert "March 2024 stay" in result.problems[0]
    assert "1 days of links" in result.problems[0]
    assert Click.objects.count() == 4


@pytest.mark.parametrize("model", [TapBreakdown, OrphanTotal])
def test_a_month_without_its_other_sums_stays(tmp_path: Path, model: Any) -> None:
    taps_of_march(tmp_path)
    model.objects.all().delete()

    assert drop_old_taps(now=TODAY, keep_months=13).problems
    assert Click.objects.count() == 4


def test_old_taps_among_the_others_go_too(tmp_path: Path) -> None:
    link = sms_link()
    long_ago, recent = datetime(2020, 1, 5, tzinfo=UTC), datetime(2025, 4, 2, tzinfo=UTC)
    take(tmp_path, a_line(link, **then(long_ago)), a_line(link, **then(recent)))

    drop_old_taps(now=TODAY, keep_months=13)

    assert [click.occurred_at for click in Click.objects.all()] == [recent]


def test_a_tap_that_comes_late_into_a_dropped_month_is_kept_among_the_others(
    tmp_path: Path,
) -> None:
    link = taps_of_march(tmp_path)
    drop_old_taps(now=TODAY, keep_months=13)

    take(tmp_path, a_line(link, **then()))

    assert Click.objects.count() == 1
    assert ClickTotal.objects.get().human_count == 2


def test_the_command_says_what_is_due_and_then_drops_it(tmp_path: Path, settings: Any) -> None:
    settings.CLICK_RETENTION_MONTHS = 1
    taps_of_march(tmp_path)
    out = StringIO()

    call_command("drop_old_taps", "--dry-run", stdout=out)
    assert "To be dropped: March 2024" in out.getvalue()
    assert Click.objects.count() == 4

    call_command("drop_old_taps", stdout=out)
    assert "Dropped: March 2024" in out.getvalue()
    assert not Click.objects.exists()


def test_the_command_fails_where_a_month_had_to_stay(tmp_path: Path, settings: Any) -> None:
    settings.CLICK_RETENTION_MONTHS = 1
    taps_of_march(tmp_path)
    ClickTotal.objects.all().delete()
    err = StringIO()

    with pytest.raises(SystemExit) as exit_:
        call_command("drop_old_taps", stderr=err)

    assert exit_.value.code == 1
    assert "Nothing was removed" in err.getvalue()


def test_dropping_reads_no_other_month(tmp_path: Path) -> None:
    take(tmp_path, a_line(sms_link(), seconds=0))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM tracking_click")

    drop_old_taps(now=TODAY, keep_months=13)

    assert Click.objects.get().occurred_at == NOW

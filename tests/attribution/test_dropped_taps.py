"""Reports and the ledger do not change when single taps are dropped."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from attribution.reports import sends
from attribution.reports.query import ReportQuery
from tests.attribution.builders import NOW, a_deal, days_ago, settle
from tests.tracking.click_builders import a_line, a_recipient, an_id
from tests.tracking.test_taps import sms_link, take
from tracking.models import Click, Identity
from tracking.partitions import Month, make_partitions
from tracking.retention import drop_old_taps
from tracking.tap_facts import microseconds_of

pytestmark = pytest.mark.django_db


def report() -> Any:
    found = sends.build(ReportQuery(), now=NOW)
    return found.rows, found.total


def test_the_send_report_and_the_ledger_stay_as_they_are(tmp_path: Path) -> None:
    link, moment = sms_link(), days_ago(40)
    make_partitions(now=moment)
    a_recipient(link, "abc234")
    at = microseconds_of(moment)
    take(
        tmp_path,
        a_line(link, suffix="abc234", occurred_at_us=at, click_id=an_id(moment)),
        a_line(link, method="HEAD", occurred_at_us=at, click_id=an_id(moment)),
    )
    a_deal(amount_minor=1_000_000, created=10, won=2, people=(Identity.objects.get(kind="phone"),))
    settle()
    before = report()
    (row,) = (row for row in before[0] if row.send_id == link.send_id)
    assert (row.metrics.human_taps, row.metrics.recipients_tapped) == (1, 1)
    assert row.metrics.revenue_minor == 1_000_000

    dropped = drop_old_taps(now=Month.of(moment).plus(3).starts_at, keep_months=1).dropped

    assert Month.of(moment) in dropped
    assert not Click.objects.exists()
    assert report() == before
    out = StringIO()
    call_command("verify_ledger", stdout=out)
    assert out.getvalue().startswith("The ledger agrees with the facts")

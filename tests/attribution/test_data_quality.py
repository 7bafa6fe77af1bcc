"""Findings say what is wrong with the data, how often, and how much money it is about."""

from datetime import timedelta

import pytest

from attribution.data_quality import CHECKS, refresh_findings
from attribution.models import Finding
from campaigns.models import ExchangeRate
from crm_sync.models import SyncProblem
from links.models import LinkAlert
from tests.attribution.builders import (
    NOW,
    a_company,
    a_contact,
    a_deal,
    a_tap,
    change_deal,
    days_ago,
    make_identity,
    settle,
    the_connection,
)
from tests.crm_sync.builders import a_run
from tests.links.builders import make_link
from tests.tracking.builders import make_send, make_touch

pytestmark = pytest.mark.django_db


def found(code: str) -> tuple[int, int | None] | None:
    """Look for findings and return one's rows and money."""
    refresh_findings(now=NOW)
    finding = Finding.objects.open().filter(code=code).first()
    return (finding.row_count, finding.amount_minor) if finding else None


def test_without_data_there_is_no_finding() -> None:
    assert refresh_findings(now=NOW) == 0
    assert not Finding.objects.exists()


def test_broken_links_are_counted_until_they_are_mended() -> None:
    alert = LinkAlert.objects.create(link=make_link(send=make_send()), opened_at=NOW)

    assert found("broken_links") == (1, None)
    LinkAlert.objects.filter(pk=alert.pk).update(resolved_at=NOW)
    assert found("broken_links") is None


def test_won_deals_without_an_amount_are_counted() -> None:
    a_deal(amount_minor=None, won=1)
    settle()

    assert found("won_without_amount") == (1, None)
    assert found("opportunity_without_amount") == (1, None)


def test_won_deals_without_a_date_are_counted_with_their_money() -> None:
    change_deal(a_deal(amount_minor=70_00), outcome="won")

    assert found("won_without_date") == (1, 70_00)


def test_opportunities_without_a_date_are_counted() -> None:
    a_deal(created=None)
    settle()

    assert found("opportunity_without_date") == (1, 100_00)


def test_missing_rates_are_counted_until_the_rate_comes() -> None:
    a_deal(currency="EUR", created=1)
    settle()
    assert found("missing_rate") == (1, None)

    ExchangeRate.objects.create(currency="EUR", date=days_ago(1).date(), rate=2)
    settle()
    assert found("missing_rate") is None


def test_amounts_too_large_are_counted() -> None:
    a_deal(amount_minor=2 * 10**15)
    settle()

    assert found("amount_too_large") == (1, 2 * 10**15)


def test_deals_without_a_company_are_counted_with_their_money() -> None:
    a_deal(amount_minor=70_00)
    a_deal(amount_minor=30_00, company=a_company())
    a_deal(deleted_at=NOW)
    settle()

    assert found("deal_without_company") == (1, 70_00)


def test_deals_without_anybody_are_counted_with_their_money() -> None:
    company = a_company()
    a_contact(make_identity(), company=company)
    a_deal(company=company)
    a_deal(people=(make_identity(),))
    a_deal(amount_minor=70_00)
    settle()

    assert found("deal_without_contacts") == (1, 70_00)


@pytest.mark.parametrize("tags", [{"utm_source": "SMS"}, {"utm_medium": "text"}])
def test_touches_with_sms_tags_in_another_channel_are_counted(tags: dict[str, str]) -> None:
    make_touch(channel="direct", **tags)
    make_touch(channel="sms", **tags)
    make_touch(channel="direct")

    assert found("sms_outside_sms") == (1, None)


def test_touches_of_an_sms_send_in_another_channel_are_counted() -> None:
    make_touch(channel="unassigned", send=make_send())

    assert found("sms_outside_sms") == (1, None)


def test_records_that_were_not_imported_are_counted() -> None:
    connection = the_connection()
    for code, resolved in (("broken", None), ("mended", NOW)):
        SyncProblem.objects.create(
            connection=connection,
            run=a_run(connection),
            severity="error",
            object_type="deal",
            code=code,
            message="It is broken.",
            first_seen_at=NOW,
            latest_seen_at=NOW,
            resolved_at=resolved,
        )

    assert found("not_imported") == (1, None)


@pytest.mark.parametrize(
    ("code", "touch"),
    [
        ("unattributed_no_touches", None),
        ("unattributed_outside_lookback", {"days": 200}),
        ("unattributed_only_excluded", {"days": 20, "exclusion": "machine"}),
    ],
)
def test_wins_nobody_earned_are_counted_by_reason(
    code: str, touch: dict[str, object] | None
) -> None:
    ann = make_identity()
    if touch:
        a_tap(ann, **touch)  # type: ignore[arg-type]
    a_deal(won=1, people=(ann,))
    settle()

    assert found(code) == (1, 100_00)


def test_wins_of_deals_without_contacts_are_counted() -> None:
    a_deal(won=1)
    settle()

    assert found("unattributed_no_contacts") == (1, 100_00)


def test_a_finding_is_resolved_when_its_rows_are_gone_and_opens_again() -> None:
    deal = a_deal(created=None)
    settle()
    refresh_findings(now=NOW)
    change_deal(deal, deal_created_at=days_ago(1))
    refresh_findings(now=NOW + timedelta(hours=1))
    finding = Finding.objects.get(code="opportunity_without_date")
    assert finding.resolved_at == NOW + timedelta(hours=1)

    change_deal(deal, deal_created_at=None)
    refresh_findings(now=NOW + timedelta(hours=2))
    finding.refresh_from_db()
    assert (finding.resolved_at, finding.first_seen_at) == (None, NOW)
    assert finding.latest_seen_at == NOW + timedelta(hours=2)


def test_every_finding_says_what_to_do() -> None:
    assert len({check.code for check in CHECKS}) == len(CHECKS)
    assert all(check.advice.endswith(".") for check in CHECKS)

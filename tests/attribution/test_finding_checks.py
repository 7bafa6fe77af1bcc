"""Checks beyond the deals' own gaps: tags, doubles, late syncs, waiting changes, endpoints."""

from datetime import timedelta

import pytest

from attribution.finding_checks import CHECKS, page_of
from crm_sync.models import Connection, DealRefund
from links.models import WebhookEndpoint
from tests.attribution.builders import (
    NOW,
    a_company,
    a_deal,
    a_tap,
    days_ago,
    make_identity,
    note_deal,
    settle,
    the_connection,
)
from tests.links.builders import make_domain, make_link
from tests.tracking.builders import make_send
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db


def look(code: str) -> tuple[int, int | None]:
    """Return a check's rows and money."""
    seen = next(check for check in CHECKS if check.code == code).look(NOW)
    return seen.row_count, seen.amount_minor


@pytest.mark.parametrize(
    "tags", [{"utm_campaign": "another"}, {"utm_source": "email"}, {"utm_medium": "cpc"}]
)
def test_a_tap_on_our_link_with_other_tags_is_counted_with_its_revenue(
    tags: dict[str, str],
) -> None:
    send = make_send(utm_campaign="trial-june")
    link = make_link(make_domain(), send=send)
    ada = make_identity(value="ada@acme.example")
    a_tap(ada, days=9, send=send, link=link, **tags)
    a_tap(ada, days=8, send=send, link=link, utm_campaign="Trial-June")
    a_deal(amount_minor=90_00, created=3, won=1, people=(ada,))
    settle()

    assert look("tags_disagree") == (1, 45_00)


def test_a_touch_without_tags_agrees() -> None:
    send = make_send()
    a_tap(make_identity(), days=9, send=send, link=make_link(make_domain(), send=send))

    assert look("tags_disagree") == (0, None)


def test_the_same_deal_twice_is_counted_once_with_its_amount() -> None:
    company = a_company()
    for name in ("Acme rollout", "ACME ROLLOUT", "Another"):
        a_deal(name=name, amount_minor=70_00, company=company)
    a_deal(name="Acme rollout", amount_minor=71_00, company=company)
    a_deal(name="Acme rollout", amount_minor=70_00, company=company, deleted_at=NOW)
    settle()

    assert look("deal_twice") == (1, 70_00)


@pytest.mark.parametrize(("taken", "seen"), [(100_00, (0, None)), (130_00, (1, 30_00))])
def test_a_deal_with_more_refunded_than_it_brought_is_counted(
    taken: int, seen: tuple[int, int | None]
) -> None:
    deal = a_deal(amount_minor=100_00, won=5)
    DealRefund.objects.create(
        connection=deal.connection, deal=deal, external_id="r-1", amount_minor=taken,
        currency="USD", refunded_at=days_ago(2), recorded_at=NOW,
    )  # fmt: skip
    settle()

    assert look("over_refunded") == seen


def test_a_connection_that_missed_its_syncs_is_counted_with_its_open_pipeline() -> None:
    a_deal(amount_minor=30_00)
    a_deal(amount_minor=50_00, won=1)
    settle()
    behind = {"provider": "hubspot", "sync_minutes": 10}
    Connection.objects.update(**behind, synced_at=NOW - timedelta(minutes=29))
    assert look("stale_sync")[0] == 0

    Connection.objects.update(synced_at=NOW - timedelta(minutes=31))
    assert look("stale_sync") == (1, 30_00)


@pytest.mark.parametrize("change", [{"is_active": False}, {"provider": "csv_file"}])
def test_a_connection_that_does_not_sync_by_itself_is_never_late(change: dict[str, object]) -> None:
    the_connection()
    Connection.objects.update(**{"provider": "hubspot", "synced_at": days_ago(9), **change})

    assert look("stale_sync")[0] == 0


def test_a_change_that_waits_longer_than_a_minute_is_counted_with_its_deal() -> None:
    deal = a_deal(amount_minor=30_00)
    settle()
    note_deal(deal)
    assert look("unsettled_changes") == (0, None)

    PendingChange.objects.update(noted_at=NOW - timedelta(seconds=61))
    assert look("unsettled_changes") == (1, 30_00)


def test_an_endpoint_switched_off_by_failures_is_counted() -> None:
    for reason, is_active in (("410 Gone", False), ("", False), ("", True)):
        WebhookEndpoint.objects.create(
            url="https://hooks.example/x",
            event_types=["tap.recorded"],
            secret="x",
            is_active=is_active,
            switched_off_at=None if is_active else NOW,
            switched_off_reason=reason,
        )

    assert look("webhook_switched_off") == (1, None)


def test_every_check_leads_to_a_page() -> None:
    assert all(page_of(check.code).startswith("/") for check in CHECKS)
    assert page_of("unknown") == ""

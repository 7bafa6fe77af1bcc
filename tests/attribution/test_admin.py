"""The credit pages of the admin: they open, they refuse, they cost the same for 2 and for 20."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution.models import CreditEntry, CreditRule, Finding
from crm_sync.models import Deal
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, rule, settle
from tests.attribution.story import a_live_send, tell_story
from tests.campaigns.builders import a_superuser, a_user

pytestmark = pytest.mark.django_db

REPORTS = "attribution.view_sendperformance"
PAGES = [
    "attribution_dealjourney_changelist",
    "attribution_creditrule_changelist",
    "attribution_creditentry_changelist",
    "attribution_creditbatch_changelist",
    "attribution_outcome_changelist",
    "attribution_finding_changelist",
    "attribution_period_changelist",
]


def as_user(*permissions: str) -> Client:
    client = Client()
    client.force_login(a_user("bob", *permissions))
    return client


def as_root() -> Client:
    client = Client()
    client.force_login(a_superuser())
    return client


def url(view: str, *args: Any) -> str:
    return reverse(f"admin:{view}", args=args)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_empty(page: str) -> None:
    assert as_root().get(url(page)).status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_every_page_costs_the_same_number_of_queries_with_2_rows_and_with_20(page: str) -> None:
    client = as_root()
    tell_story()
    client.get(url(page))
    with CaptureQueriesContext(connection) as few:
        client.get(url(page))
    for number in range(18):
        send = a_live_send(f"more-{number}")
        person = make_identity()
        a_tap(person, days=20, send=send, campaign=send.campaign)
        a_deal(created=10, won=2, people=(person,))
    settle()
    with CaptureQueriesContext(connection) as many:
        client.get(url(page))
    assert len(many) == len(few) <= 40, [query["sql"] for query in many.captured_queries]


@pytest.mark.parametrize("page", PAGES)
def test_no_page_opens_without_permission(page: str) -> None:
    assert as_user().get(url(page)).status_code == 403


def test_the_send_report_shows_names_amounts_and_the_proof() -> None:
    tell_story()
    text = as_root().get(url("attribution_report_sends")).content.decode()
    assert "Send trial-june" in text
    assert "$3,333.34" in text
    assert "Attributed $10,000.00 + unattributed $0.00 + excluded $0.00 = CRM total" in text
    assert "Credit is divided equally among all touches." in text


def test_a_name_that_looks_like_a_formula_is_no_formula_in_the_file() -> None:
    story = tell_story()
    story.june.name = "=cmd()"
    story.june.save()
    text = as_root().get(url("attribution_report_sends"), {"format": "csv"}).content.decode()
    assert "'=cmd()" in text


def test_the_reports_say_when_no_rule_is_active() -> None:
    CreditRule.objects.update(retired_at=NOW)
    text = as_root().get(url("attribution_report_sends")).content.decode()
    assert "No credit rule is active." in text


def test_the_reconciliation_page_marks_a_difference() -> None:
    story = tell_story()
    Deal.objects.filter(pk=story.deal.pk).update(amount_minor=1)
    text = as_root().get(url("attribution_report_reconciliation")).content.decode()
    assert "Does not reconcile" in text


def test_the_reconciliation_page_names_money_without_a_rate() -> None:
    a_deal(amount_minor=9_687_57, created=5, currency="CHF")
    settle()
    text = as_root().get(url("attribution_report_reconciliation")).content.decode()
    assert text.count("CHF 9,687.57 not converted") == 2


def test_an_entry_leads_to_its_touch_its_send_and_its_deal() -> None:
    story = tell_story()
    entry = CreditEntry.objects.filter(send=story.june, outcome__kind="win").first()
    assert entry is not None
    text = as_root().get(url("attribution_creditentry_change", entry.pk)).content.decode()
    assert url("campaigns_send_change", story.june.pk) in text
    assert url("attribution_dealjourney_change", story.deal.pk) in text


def test_nobody_can_change_or_delete_an_entry() -> None:
    tell_story()
    entry = CreditEntry.objects.first()
    assert entry is not None
    client = as_root()
    assert client.get(url("attribution_creditentry_delete", entry.pk)).status_code == 403
    assert client.post(url("attribution_creditentry_change", entry.pk), {}).status_code == 403
    assert client.get(url("attribution_creditentry_add")).status_code == 403


def test_editing_a_rule_makes_a_new_version() -> None:
    linear = rule("linear")
    form = {
        "name": "Linear, 30 days",
        "kind": "linear",
        "lookback_days": "30",
        "contact_mode": "roles_else_company",
    }
    response = as_root().post(url("attribution_creditrule_change", linear.pk), form)
    assert response.status_code == 302
    linear.refresh_from_db()
    assert (linear.lookback_days, linear.retired_at is None) == (90, False)
    assert (rule("linear").version, rule("linear").lookback_days) == (2, 30)


def test_a_new_rule_can_be_added() -> None:
    form = {
        "slug": "fast-decay",
        "name": "Fast decay",
        "kind": "time_decay",
        "lookback_days": "90",
        "contact_mode": "primary",
        "half_life_days": "7",
    }
    response = as_root().post(url("attribution_creditrule_add"), form)
    assert response.status_code == 302
    assert rule("fast-decay").parameters == {"half_life_days": 7}


def test_a_retired_rule_cannot_be_edited() -> None:
    last = rule("last")
    CreditRule.objects.filter(pk=last.pk).update(retired_at=NOW)
    response = as_root().post(url("attribution_creditrule_change", last.pk), {"name": "x"})
    assert response.status_code == 403


def test_a_rule_is_retired_by_its_button() -> None:
    last = rule("last")
    as_root().post(url("attribution_creditrule_do", last.pk, "retire"))
    assert not CreditRule.objects.active().filter(slug="last").exists()


def test_a_rule_is_made_the_default_by_its_button() -> None:
    as_root().post(url("attribution_creditrule_do", rule("last").pk, "default"))
    assert rule("last").is_default


def test_findings_that_are_put_right_are_out_of_sight() -> None:
    for code, resolved_at in (("open", None), ("done", NOW)):
        Finding.objects.create(
            code=code, severity="error", title=f"Finding {code}", row_count=1,
            first_seen_at=NOW, latest_seen_at=NOW, resolved_at=resolved_at,
        )  # fmt: skip
    client = as_root()
    text = client.get(url("attribution_finding_changelist")).content.decode()
    assert "Finding open" in text
    assert "Finding done" not in text
    resolved = client.get(url("attribution_finding_changelist"), {"state": "resolved"})
    assert "Finding done" in resolved.content.decode()


def a_finding(**fields: object) -> Finding:
    values = {
        "code": "deal_twice", "severity": "error", "title": "Twice", "row_count": 1,
        "first_seen_at": NOW, "latest_seen_at": NOW,
    }  # fmt: skip
    return Finding.objects.create(**values | fields)


def test_a_finding_is_given_an_owner_and_nothing_else_of_it_changes() -> None:
    finding, ann = a_finding(), a_user("ann")
    type(ann).objects.filter(pk=ann.pk).update(is_staff=True)
    page = url("attribution_finding_change", finding.pk)
    client = as_user("attribution.view_finding", "attribution.change_finding")
    assert "/deal/" in client.get(page).content.decode()
    client.post(page, {"owner": ann.pk, "title": "Mine"})
    finding.refresh_from_db()
    assert (finding.owner, finding.title) == (ann, "Twice")


def test_a_finding_is_not_assigned_by_who_may_only_look() -> None:
    finding = a_finding()
    page = url("attribution_finding_change", finding.pk)
    assert as_user("attribution.view_finding").post(page, {"owner": ""}).status_code == 403


def test_findings_of_nobody_can_be_listed() -> None:
    a_finding(owner=a_user("bob"), title="Of Bob")
    a_finding(code="stale_sync", title="Of nobody")
    text = (
        as_root().get(url("attribution_finding_changelist"), {"whose": "nobody"}).content.decode()
    )
    assert "Of nobody" in text
    assert "Of Bob" not in text

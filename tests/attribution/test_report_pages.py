"""The page of every report: drawn, downloaded, empty, refused."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attribution.models import CreditRule
from attribution.reports.registry import REPORTS
from tests.attribution.builders import NOW, a_deal, a_tap, make_identity, settle
from tests.attribution.kept_reports import a_reader, a_view
from tests.attribution.story import a_live_send, tell_story
from tests.campaigns.builders import a_superuser, a_user, signed_in

pytestmark = pytest.mark.django_db
EVERY_REPORT = pytest.mark.parametrize("name", REPORTS)


def page(name: str) -> str:
    return reverse(f"admin:attribution_report_{name}")


def text_of(client: Client, name: str, **params: str) -> str:
    return client.get(page(name), params).content.decode()


@pytest.fixture
def root() -> Client:
    return signed_in(a_superuser())


@EVERY_REPORT
def test_a_report_opens_for_whoever_may_read_reports(name: str) -> None:
    tell_story()
    text = text_of(signed_in(a_reader()), name)
    assert f"<h1>{REPORTS[name].title}</h1>" in text
    assert "What these numbers mean" in text


@EVERY_REPORT
def test_it_opens_for_nobody_else(name: str) -> None:
    assert signed_in(a_user("carl")).get(page(name)).status_code == 403


@EVERY_REPORT
def test_it_opens_empty_and_says_what_to_do(name: str, root: Client) -> None:
    assert root.get(page(name)).status_code == 200


@EVERY_REPORT
def test_it_says_when_no_rule_is_active(name: str, root: Client) -> None:
    CreditRule.objects.update(retired_at=NOW)
    answer = root.get(page(name))
    assert answer.status_code == 200


@EVERY_REPORT
def test_it_costs_the_same_number_of_queries_with_2_rows_and_with_20(
    name: str, root: Client
) -> None:
    tell_story()
    root.get(page(name))
    with CaptureQueriesContext(connection) as few:
        root.get(page(name))
    for number in range(18):
        send = a_live_send(f"more-{number}")
        person = make_identity()
        a_tap(person, days=20, send=send, campaign=send.campaign)
        a_deal(created=10, won=2, people=(person,))
        a_view(a_reader(f"reader-{number}"), report=name, parameters={}, is_shared=True)
    settle()
    with CaptureQueriesContext(connection) as many:
        root.get(page(name))
    assert len(many) == len(few) <= 40, [query["sql"] for query in many.captured_queries]


@EVERY_REPORT
@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_it_is_downloaded(name: str, kind: str, root: Client) -> None:
    answer = root.get(page(name), {"format": kind})
    assert answer["Content-Disposition"] == f'attachment; filename="{name}.{kind}"'
    assert answer.content


def test_the_copied_address_shows_exactly_these_numbers_later(root: Client) -> None:
    story = tell_story()
    answer = root.get(page("sends"))
    permalink = answer.context["permalink"]
    assert "rule=linear%401" in permalink
    assert "as_of=" in permalink
    story.deal.amount_minor = 1
    story.deal.save()
    settle()
    assert "$3,333.34" in root.get(permalink).content.decode()


def test_a_wrong_switch_is_explained_beside_it(root: Client) -> None:
    answer = root.get(page("sends"), {"from": "yesterday"})
    assert answer.status_code == 400
    assert "is no day; write it as 2026-06-30." in answer.content.decode()


def test_an_unknown_period_is_explained_beside_its_switch(root: Client) -> None:
    assert "“next_week” is no period" in text_of(root, "sends", period="next_week")


def test_a_switch_the_report_has_not_is_explained_too(root: Client) -> None:
    answer = root.get(page("reconciliation"), {"campaign": "June"})
    assert answer.status_code == 400
    assert "has no campaign. Leave it out." in answer.content.decode()


def test_a_what_if_is_marked_and_has_no_entries_behind_it(root: Client) -> None:
    tell_story()
    text = text_of(root, "channels", lookback_days="7")
    assert "<strong>What-if.</strong>" in text
    assert "creditentry/?rule" not in text


def test_a_cell_leads_to_its_entries(root: Client) -> None:
    tell_story()
    assert "/admin/attribution/creditentry/?rule=linear" in text_of(root, "sends")


@pytest.mark.parametrize(
    ("name", "words"),
    [("sends", "No send has gone out yet"), ("channels", "No channel has cost or earned")],
)
def test_an_empty_report_says_what_to_do_next(name: str, words: str, root: Client) -> None:
    assert words in text_of(root, name)


def test_figures_are_set_against_the_same_number_of_days_before(root: Client) -> None:
    tell_story()
    days = {"from": "2026-06-01", "to": "2026-06-15"}
    figures = root.get(page("sends"), days).context["figures"]
    assert figures[4]["trend"] == "new"
    assert "trend" not in root.get(page("sends")).context["figures"][4]


def test_the_reconciliation_is_drawn_and_told_in_a_table(root: Client) -> None:
    tell_story()
    text = text_of(root, "reconciliation")
    assert 'class="tr-chart rp-waterfall"' in text
    assert "Attributed to SMS" in text
    assert "Everything adds up." in text


def test_the_rules_are_drawn_with_their_ranks(root: Client) -> None:
    tell_story()
    text = text_of(root, "rules")
    assert "Whose place depends on the rule" in text
    assert "place 1" in text


def test_no_name_becomes_html(root: Client) -> None:
    story = tell_story()
    story.june.name = "<script>alert(1)</script>"
    story.june.save()
    assert "<script>alert(1)" not in text_of(root, "sends")


def test_an_unknown_format_shows_the_page(root: Client) -> None:
    assert root.get(page("sends"), {"format": "pdf"})["Content-Type"].startswith("text/html")


def test_nobody_is_sent_in_a_circle_by_a_default_that_is_empty() -> None:
    ada: Any = a_reader()
    view = a_view(ada, parameters={}, is_default=True)
    client = signed_in(ada)
    answer = client.get(page("sends"), follow=True)
    assert answer.redirect_chain == [(f"{page('sends')}?view={view.pk}", 302)]

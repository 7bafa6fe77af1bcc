"""From a report's cell to what stands behind it."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from attribution.admin.cell_links import CellLinks, cell_links, row_keys
from attribution.saved_views import report_of
from campaigns.models import Channel
from tests.attribution.builders import NOW
from tests.attribution.story import Story, tell_story
from tests.campaigns.builders import a_superuser, signed_in

pytestmark = pytest.mark.django_db


def links_of(name: str = "sends", **params: str) -> tuple[CellLinks, Any]:
    report = report_of(name, params, now=NOW)
    return cell_links(report), report


def asked(href: str) -> dict[str, str]:
    return {name: texts[0] for name, texts in parse_qs(urlsplit(href).query).items()}


@pytest.fixture
def story() -> Story:
    return tell_story()


@pytest.mark.parametrize(
    ("column", "goal"),
    [
        ("leads_credited", "lead"),
        ("cost_per_lead", "lead"),
        ("opportunities_credited", "opportunity"),
        ("pipeline_created", "opportunity"),
        ("revenue_attributed", "win"),
        ("wins", "win"),
        ("roas", "win"),
    ],
)
def test_a_credited_figure_leads_to_its_entries(story: Story, column: str, goal: str) -> None:
    links, report = links_of()
    row = next(row for row in report.rows if row.send_id == story.june.pk)
    href = links.of(column, row)
    assert urlsplit(href).path == reverse("admin:attribution_creditentry_changelist")
    wanted = {"goal": goal, "bucket": "attributed", "send": str(story.june.pk)}
    assert wanted.items() <= asked(href).items()
    assert asked(href)["rule"] == "linear@1"


def test_a_sourced_figure_leads_to_the_entries_of_the_first_touch(story: Story) -> None:
    links, report = links_of()
    assert asked(links.of("leads_sourced", report.rows[0]))["rule"] == "first@1"


def test_a_channel_leads_to_its_own_entries(story: Story) -> None:
    links, report = links_of("channels")
    assert asked(links.of("revenue_attributed", report.rows[0]))["channel"] == "sms"


@pytest.mark.parametrize("basis", ["touch", "outcome"])
def test_the_days_of_the_report_go_along(story: Story, basis: str) -> None:
    links, report = links_of(date_basis=basis, **{"from": "2026-01-01", "to": "2026-12-31"})
    found = asked(links.of("wins", report.rows[0]))
    assert (found[f"{basis}_from"], found[f"{basis}_to"]) == ("2026-01-01", "2026-12-31")


def test_the_moment_of_the_report_goes_along(story: Story) -> None:
    links, report = links_of(as_of=(NOW - timedelta(hours=1)).isoformat())
    assert asked(links.entries(goal="win"))["as_of"] == "2026-06-15T11:00:00+00:00"
    assert report.rows == report.rows


def test_a_what_if_has_no_entries(story: Story) -> None:
    links, report = links_of(lookback_days="7")
    assert links.of("wins", report.rows[0]) == ""


def test_taps_and_spend_lead_to_their_lists(story: Story) -> None:
    links, report = links_of()
    client: Client = signed_in(a_superuser())
    for column in ("human_taps", "spend", "recipients"):
        href = links.of(column, report.rows[0])
        assert client.get(href).status_code == 200, href


def test_the_totals_lead_nowhere(story: Story) -> None:
    links, report = links_of()
    assert links.of("wins", report.total) == ""


def test_a_row_is_named_by_the_narrowest_it_stands_for(story: Story) -> None:
    _, report = links_of()
    assert row_keys(report.rows[0]) == {"send": str(report.rows[0].send_id)}


def test_an_unknown_column_leads_nowhere(story: Story) -> None:
    links, report = links_of("channels")
    assert links.of("spend", report.rows[0]) == ""
    assert Channel.objects.exists()

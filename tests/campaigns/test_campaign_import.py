"""Campaigns from rows of a spreadsheet."""

from datetime import date
from typing import Any

import pytest

from campaigns.campaign_import import EXAMPLE, campaign_as_row, import_campaigns
from campaigns.import_rows import ImportResult
from campaigns.models import Campaign
from tests.campaigns.builders import a_campaign, a_user

pytestmark = pytest.mark.django_db


def run(*rows: dict[str, str], by: Any = None, dry_run: bool = False) -> ImportResult:
    return import_campaigns(rows=rows, by=by, dry_run=dry_run)


def told(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(row.number, error.field, error.code) for row in result.rows for error in row.errors]


def test_the_example_of_the_template_passes() -> None:
    user = a_user()

    assert run(EXAMPLE, by=user).count("created") == 1

    campaign = Campaign.objects.get()
    assert (campaign.name, campaign.owner) == ("Trial win-back", user)
    assert (campaign.starts_on, campaign.ends_on) == (date(2030, 6, 1), date(2030, 8, 31))
    assert campaign.history.get().history_user == user


def test_importing_an_export_changes_nothing() -> None:
    campaign = Campaign.objects.create(
        name="-5% off", description="=a\r\nb", owner=a_user(), starts_on=date(2026, 6, 1)
    )
    history = campaign.history.count()

    result = run(campaign_as_row(campaign))

    assert [row.status for row in result.rows] == ["unchanged"]
    assert campaign.history.count() == history


def test_a_name_finds_its_campaign_in_any_case_and_changes_are_told() -> None:
    a_campaign("Spring")

    result = run({"name": "SPRING", "description": "New"})

    changes = {(change.field, change.old, change.new) for change in result.rows[0].changes}
    assert changes == {("name", "Spring", "SPRING"), ("description", "", "New")}
    assert Campaign.objects.get().description == "New"


def test_an_id_finds_its_campaign_so_that_it_can_be_renamed() -> None:
    campaign = a_campaign("Spring")

    assert run({"id": str(campaign.pk), "name": "Summer"}).count("updated") == 1
    assert Campaign.objects.get().name == "Summer"


def test_a_new_campaign_may_take_a_name_that_was_given_up_above() -> None:
    campaign = a_campaign("Spring")

    result = run({"id": str(campaign.pk), "name": "Summer"}, {"name": "Autumn"})

    assert [row.status for row in result.rows] == ["updated", "created"]


def test_a_bad_row_does_not_block_its_neighbours() -> None:
    result = run({"name": "A", "starts_on": "soon"}, {"name": "B"})

    assert [row.status for row in result.rows] == ["rejected", "created"]
    assert Campaign.objects.get().name == "B"


def test_a_dry_run_leaves_no_trace() -> None:
    a_campaign("Spring")

    result = run({"name": "Spring", "description": "x"}, {"name": "B"}, dry_run=True)

    assert [row.status for row in result.rows] == ["updated", "created"]
    assert list(Campaign.objects.values_list("name", "description")) == [("Spring", "")]


def test_an_empty_cell_empties_and_a_missing_column_leaves_alone() -> None:
    Campaign.objects.create(name="A", description="Text", starts_on=date(2026, 6, 1))

    run({"name": "A", "starts_on": ""})

    campaign = Campaign.objects.get()
    assert (campaign.description, campaign.starts_on) == ("Text", None)


@pytest.mark.parametrize(
    ("row", "error"),
    [
        ({"name": ""}, (1, "name", "required")),
        ({"description": "x"}, (1, "name", "required")),
        ({"name": "x" * 121}, (1, "name", "invalid")),
        ({"name": "A\0"}, (1, "name", "invalid")),
        ({"name": "A", "description": "b\0"}, (1, "description", "invalid")),
        ({"name": "A", "owner": "nobody"}, (1, "owner", "unknown")),
        ({"name": "A", "starts_on": "06/01/2026"}, (1, "starts_on", "invalid")),
        (
            {"name": "A", "starts_on": "2026-06-02", "ends_on": "2026-06-01"},
            (1, "ends_on", "before-start"),
        ),
        ({"id": "nonsense", "name": "A"}, (1, "id", "unknown")),
    ],
)
def test_a_wrong_cell_is_named(row: dict[str, str], error: tuple[int, str, str]) -> None:
    assert error in told(run(row))
    assert not Campaign.objects.exists()


def test_a_stored_campaigns_name_cannot_be_emptied() -> None:
    campaign = a_campaign("A")

    assert told(run({"id": str(campaign.pk), "name": ""})) == [(1, "name", "required")]


def test_the_same_campaign_twice_in_a_file_is_refused_the_second_time() -> None:
    assert told(run({"name": "A"}, {"name": "a"})) == [(2, "name", "repeated")]


def test_a_name_that_another_campaign_has_is_refused() -> None:
    a_campaign("A")
    other = a_campaign("B")

    assert told(run({"id": str(other.pk), "name": "a"})) == [(1, "name", "already-used")]


def test_a_refused_row_leaves_the_campaign_as_it_is_for_the_next() -> None:
    spring = a_campaign("Spring")

    result = run({"id": str(spring.pk), "name": "Summer", "ends_on": "x"}, {"name": "Summer"})

    assert [row.status for row in result.rows] == ["rejected", "rejected"]
    assert told(result)[-1] == (2, "name", "repeated")

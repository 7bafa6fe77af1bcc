"""Evidence as a download: for Analysts, streamed, with its seal kept."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from attribution.admin import evidence
from tests.attribution.bundles import proof
from tests.attribution.story import tell_story
from tests.campaigns.builders import a_user

pytestmark = pytest.mark.django_db
PAGE, BUNDLE = "admin:attribution_evidence", "admin:attribution_bundle"


def as_member(group: str) -> Client:
    client = Client()
    user = a_user("ana")
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


@pytest.fixture
def analyst() -> Client:
    return as_member("Analysts")


def kept(answer: Any, folder: Path) -> Path:
    """Keep what was streamed."""
    file = folder / "evidence.zip"
    file.write_bytes(b"".join(answer.streaming_content))
    return file


def test_the_bundle_proves_itself_and_its_seal_is_kept(analyst: Client, tmp_path: Path) -> None:
    tell_story()
    answer = analyst.get(reverse(BUNDLE))
    assert answer["Content-Disposition"] == 'attachment; filename="evidence.zip"'
    told = proof(kept(answer, tmp_path))
    assert told.problems == []
    text = analyst.get(reverse(PAGE)).content.decode()
    assert told.seal in text
    assert "The whole ledger" in text


def test_a_limited_bundle_is_called_so(analyst: Client, tmp_path: Path) -> None:
    story = tell_story()
    limits = {"deal": str(story.deal.pk), "rule": "linear", "starts_on": "2026-06-01"}
    told = proof(kept(analyst.get(reverse(BUNDLE), limits), tmp_path))
    assert (told.problems, told.outcome_count) == ([], 2)
    text = analyst.get(reverse(PAGE)).content.decode()
    assert f"Outcomes from 2026-06-01, rule linear, deal {story.deal.pk}" in text


def test_a_download_that_breaks_off_leaves_no_seal(analyst: Client) -> None:
    tell_story()
    answer: Any = analyst.get(reverse(BUNDLE))
    next(iter(answer.streaming_content))
    answer._iterator.close()  # as a server does when the reader is gone
    assert "Taken from here" not in analyst.get(reverse(PAGE)).content.decode()


@pytest.mark.parametrize(
    ("limits", "complaint"),
    [
        ({"starts_on": "yesterday"}, "Enter a valid date."),
        ({"rule": "unheard-of"}, "Select a valid choice."),
        ({"deal": "00000000-0000-7000-8000-000000000000"}, "There is no deal"),
        ({"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, "before they start"),
    ],
)
def test_limits_that_mean_nothing_are_refused_by_name(
    analyst: Client, limits: dict[str, str], complaint: str
) -> None:
    tell_story()
    answer = analyst.get(reverse(BUNDLE), limits)
    assert answer.status_code == 400
    assert complaint in answer.content.decode()


def test_a_bundle_too_large_for_a_page_is_refused_with_the_command(
    analyst: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    tell_story()
    monkeypatch.setattr(evidence, "MOST_ENTRIES", 3)
    answer = analyst.get(reverse(BUNDLE))
    assert answer.status_code == 400
    assert "manage.py export_evidence evidence.zip" in answer.content.decode()


def test_an_empty_ledger_says_so(analyst: Client) -> None:
    assert "Nothing is in the ledger yet" in analyst.get(reverse(PAGE)).content.decode()


@pytest.mark.parametrize("address", [PAGE, BUNDLE])
@pytest.mark.parametrize("group", ["Viewers", "Campaign managers", "Operations"])
def test_only_analysts_take_evidence(group: str, address: str) -> None:
    assert as_member(group).get(reverse(address)).status_code == 403


def test_a_deals_page_offers_its_evidence_to_analysts_alone(analyst: Client) -> None:
    story = tell_story()
    page = reverse("admin:attribution_dealjourney_change", args=[story.deal.pk])
    offer = f"{reverse(BUNDLE)}?deal={story.deal.pk}"
    assert offer in analyst.get(page).content.decode()
    viewer = Client()
    viewer.force_login(a_user("vera", "attribution.view_dealjourney"))
    assert offer not in viewer.get(page).content.decode()

"""Links judged by stored conventions."""

from datetime import date

import pytest

from campaigns import channel_oracle
from campaigns.convention_versions import draft_new_version
from campaigns.link_extraction import links_in_text
from campaigns.linter import ConventionUnusableError, lint_links
from campaigns.models import NamingConvention
from tests.campaigns.builders import a_convention

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 1)
FOUND = links_in_text("https://a.example/?utm_source=text&utm_medium=text&utm_campaign=trial-june")


@pytest.fixture(autouse=True)
def _one_tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        channel_oracle, "_preparers", [lambda: lambda utm: {"ga4": utm["utm_source"].upper()}]
    )


def a_draft(**fields: object) -> NamingConvention:
    draft = draft_new_version(convention=a_convention(), by=None)
    for name, value in fields.items():
        setattr(draft, name, value)
    draft.save()
    return draft


def test_links_are_judged_by_the_published_version_and_their_channels_predicted() -> None:
    link = lint_links(found=FOUND, convention=a_convention(), today=TODAY).links[0]

    assert [each.rule for each in link.mistakes] == ["approved-values"]
    assert link.channels == {"ga4": "TEXT"}


def test_a_draft_can_be_tried() -> None:
    draft = a_draft(sources=["sms", "text"])

    assert lint_links(found=FOUND, convention=draft, today=TODAY).wrong_count == 0


def test_a_draft_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ConventionUnusableError, match="Name at least one utm_source"):
        lint_links(found=FOUND, convention=a_draft(sources=[]), today=TODAY)

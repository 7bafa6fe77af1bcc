"""The published convention, for the whole team."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from campaigns.convention_versions import draft_new_version, publish_convention
from campaigns.models import NamingConvention
from tests.campaigns.builders import NOW, a_convention, a_user

pytestmark = pytest.mark.django_db


def test_anybody_with_the_address_reads_the_convention(client: Client) -> None:
    response = client.get(f"/conventions/{a_convention().token}")

    page = response.content.decode()
    assert response.status_code == 200
    assert "How we name links in SMS" in page
    assert "trial-reengagement" in page
    assert "noindex" in page


def test_it_comes_as_markdown(client: Client) -> None:
    response = client.get(f"/conventions/{a_convention().token}.md")

    assert response["Content-Type"].startswith("text/markdown")
    assert "| utm_source | yes | sms | sms |" in response.content.decode()


def test_it_comes_as_csv(client: Client) -> None:
    response = client.get(f"/conventions/{a_convention().token}.csv")

    assert response["Content-Type"].startswith("text/csv")
    assert "sms-convention-v1.csv" in response["Content-Disposition"]
    assert response.content.decode().splitlines()[1] == "utm_source,yes,sms,sms"


@pytest.mark.parametrize("ending", ["", ".md", ".csv"])
def test_a_draft_is_nobodys_business(client: Client, ending: str) -> None:
    draft = draft_new_version(convention=a_convention(), by=None)

    assert client.get(f"/conventions/{draft.token}{ending}").status_code == 404


@pytest.mark.parametrize("ending", ["", ".md", ".csv"])
def test_an_unknown_token_is_not_found(client: Client, ending: str) -> None:
    assert client.get(f"/conventions/nothing-here{ending}").status_code == 404


def a_second_version() -> NamingConvention:
    new = draft_new_version(convention=a_convention(), by=None)
    NamingConvention.objects.filter(pk=new.pk).update(sources=["sms", "rcs"])
    new.tokens.filter(name="topic").update(max_length=30)
    return publish_convention(convention=new, by=a_user("alice"), now=later(1))


def later(days: int) -> datetime:
    """Return a moment after the shipped convention was published."""
    return datetime.now(UTC) + timedelta(days=days)


def test_the_page_tells_what_to_do_and_what_not(client: Client) -> None:
    page = client.get(f"/conventions/{a_convention().token}").content.decode()

    assert "the mistakes this prevents" in page
    assert "Triаl" not in page
    assert 'data-copy-text="trial-reengagement-june"' in page
    assert "followed as phone and as desktop" in page
    assert "Changed since" not in page


def test_the_page_marks_what_changed_in_words(client: Client) -> None:
    page = client.get(f"/conventions/{a_second_version().token}").content.decode()

    assert "Changed since version 1" in page
    assert "“rcs”: new as an approved utm_source." in page
    assert page.count('<span class="mark">changed</span>') == 4
    assert "by alice" in page


def test_markdown_and_csv_tell_what_changed(client: Client) -> None:
    new = a_second_version()

    markdown = client.get(f"/conventions/{new.token}.md").content.decode()
    rows = client.get(f"/conventions/{new.token}.csv").content.decode().splitlines()

    assert "## Changed since version 1" in markdown
    assert "- **new**: “rcs”: new as an approved utm_source." in markdown
    assert rows[0].endswith(",changed since version 1")
    assert rows[1].endswith("“rcs”: new as an approved utm_source.")


def test_a_version_is_told_apart_from_the_one_published_before_it(client: Client) -> None:
    """Versions may be published in another order than they were drafted in."""
    second = draft_new_version(convention=a_convention(), by=None)
    third = draft_new_version(convention=a_convention(), by=None)
    publish_convention(convention=third, by=None, now=later(1))
    publish_convention(convention=second, by=None, now=later(2))

    page = client.get(f"/conventions/{second.token}").content.decode()

    assert "Changed since version 3" in page
    assert "Nothing: the rules are the same." in page


def test_a_retired_version_points_to_the_one_in_force(client: Client) -> None:
    old = a_convention()
    new = draft_new_version(convention=old, by=None)
    publish_convention(convention=new, by=a_user("alice"), now=NOW)

    page = client.get(f"/conventions/{old.token}").content.decode()

    assert "retired" in page
    assert f"/conventions/{new.token}" in page

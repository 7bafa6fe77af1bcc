"""The published convention, for the whole team."""

import pytest
from django.test import Client

from campaigns.convention_versions import draft_new_version, publish_convention
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


def test_a_retired_version_points_to_the_one_in_force(client: Client) -> None:
    old = a_convention()
    new = draft_new_version(convention=old, by=None)
    publish_convention(convention=new, by=a_user("alice"), now=NOW)

    page = client.get(f"/conventions/{old.token}").content.decode()

    assert "retired" in page
    assert f"/conventions/{new.token}" in page

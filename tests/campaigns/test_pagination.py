"""Pages of every list of the API."""

import pytest

from tests.campaigns.builders import a_campaign, api_client

pytestmark = pytest.mark.django_db


def test_pages_lead_through_the_whole_list_newest_first() -> None:
    for number in range(5):
        a_campaign(f"Campaign {number}")
    client = api_client("read")

    names: list[str] = []
    address = "/api/v1/campaigns?page_size=2"
    while address:
        page = client.get(address).json()
        names += [row["name"] for row in page["results"]]
        assert len(page["results"]) <= 2
        address = page["next"]

    assert names == [f"Campaign {number}" for number in (4, 3, 2, 1, 0)]


def test_the_last_page_has_no_next_and_the_first_no_previous() -> None:
    a_campaign()

    page = api_client("read").get("/api/v1/campaigns").json()

    assert (page["next"], page["previous"]) == (None, None)

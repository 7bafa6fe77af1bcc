"""The page “Dead ends” for whoever may see it."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.links.builders import make_domain
from tests.tracking.click_builders import HOST
from tests.tracking.test_orphan_list import a_total

pytestmark = pytest.mark.django_db


@pytest.fixture
def page_url() -> str:
    return reverse("admin:tracking_orphantotal_changelist")


def test_it_offers_to_make_the_missing_link(admin_client: Client, page_url: str) -> None:
    domain = make_domain(HOST)
    a_total(date="2099-01-01")

    page = admin_client.get(page_url).content.decode()

    assert "Codes that no link has" in page
    assert f"?domain={domain.pk}&amp;code=misprint" in page


def test_without_dead_ends_it_says_so(admin_client: Client, page_url: str) -> None:
    assert (
        "Everybody who tapped in these days arrived" in admin_client.get(page_url).content.decode()
    )


def test_machines_are_counted_and_shown_when_asked(admin_client: Client, page_url: str) -> None:
    a_total("/wp-login.php", date="2099-01-01", human_count=0, machine_count=1200)

    assert "1,200 more hits by machines" in admin_client.get(page_url).content.decode()
    shown = admin_client.get(page_url, {"machines": "1"}).content.decode()
    assert "/wp-login.php" in shown


def test_a_period_that_is_not_offered_opens_as_usual(admin_client: Client, page_url: str) -> None:
    page = admin_client.get(page_url, {"days": "1; DROP"}).content.decode()

    assert 'href="?days=30" aria-current="page"' in page


def test_a_path_cannot_write_into_the_page(admin_client: Client, page_url: str) -> None:
    make_domain(HOST)
    a_total("/<script>alert(1)</script>", date="2099-01-01")

    assert "<script>alert(1)" not in admin_client.get(page_url).content.decode()


def test_who_may_not_see_it_is_refused(
    client: Client, page_url: str, django_user_model: type
) -> None:
    stranger = django_user_model.objects.create_user("eve", password="pw", is_staff=True)  # type: ignore[attr-defined]
    client.force_login(stranger)

    assert client.get(page_url).status_code == 403

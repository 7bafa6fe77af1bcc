"""What the list of links and a link's page show of taps."""

from datetime import UTC, date, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from links.models import Link
from tests.links.builders import make_domain, make_link
from tracking.link_taps import RANGES
from tracking.models import ClickTotal, TapBreakdown

pytestmark = pytest.mark.django_db
LINKS = "/admin/links/link/"


def today() -> date:
    return timezone.now().astimezone(UTC).date()


@pytest.fixture
def page(django_user_model: Any) -> Client:
    client = Client()
    client.force_login(django_user_model.objects.create_superuser("alice"))
    return client


def count(link: Link, people: int, machines: int = 0, *, days_ago: int = 0) -> None:
    day = today() - timedelta(days=days_ago)
    ClickTotal.objects.create(link=link, date=day, human_count=people, machine_count=machines)


def share(link: Link, dimension: str, value: str, people: int, machines: int = 0) -> None:
    TapBreakdown.objects.create(
        link=link, date=today(), dimension=dimension, value=value,
        human_count=people, machine_count=machines,
    )  # fmt: skip


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def link_page(page: Client, link: Link, **query: str) -> str:
    return text(page.get(f"{LINKS}{link.pk}/change/", query))


def test_the_list_shows_peoples_taps_of_thirty_days_and_machines_apart(page) -> None:
    link = make_link()
    count(link, 1200, 3)
    count(link, 1, days_ago=29)
    count(link, 500, days_ago=30)
    assert 'title="1,201 by people, 3 by machines in 30 days"' in text(page.get(LINKS))


def test_a_link_without_taps_has_a_flat_line(page) -> None:
    make_link()
    assert "tr-spark-none" in text(page.get(LINKS))


def test_the_column_costs_one_query_for_the_whole_page(page) -> None:
    domain = make_domain()

    def cost(wanted: int) -> list[str]:
        for number in range(Link.objects.count(), wanted):
            count(make_link(domain, f"code{number}"), number)
        with CaptureQueriesContext(connection) as queries:
            text(page.get(LINKS))
        return [query["sql"] for query in queries if "tracking_clicktotal" in query["sql"]]

    assert [len(cost(2)), len(cost(20))] == [1, 1]


def test_a_links_page_shows_taps_over_time_and_what_they_were_made_with(page) -> None:
    link = make_link()
    count(link, 12, 4)
    share(link, "device", "phone", 12)
    share(link, "os", "iOS", 12)
    share(link, "browser", "Safari", 11)
    share(link, "browser", "", 1)
    share(link, "reason", "preview", 0, 4)
    shown = link_page(page, link)
    for words in (
        "<strong>12</strong> taps by people, 4 by machines",
        "<b>Phone</b>", "<b>iOS</b>", "<b>Safari</b>", "<b>Not known</b>",
        "Why machines are machines", "<b>A message preview</b>",
        "16 on the busiest day",
    ):  # fmt: skip
        assert words in shown


def test_countries_are_shown_only_where_some_are_known(page) -> None:
    link = make_link()
    count(link, 2)
    share(link, "country", "", 2)
    assert "<h3>Countries</h3>" not in link_page(page, link)
    share(link, "country", "DE", 1)
    assert "<b>DE</b>" in link_page(page, link)


def test_a_long_list_ends_with_all_others(page) -> None:
    link = make_link()
    count(link, 80)
    for number in range(1, 9):
        share(link, "browser", f"Browser {number}", number)
    shown = link_page(page, link)
    assert "<b>All others</b><output>3</output>" in shown
    assert "<b>Browser 2</b>" not in shown


@pytest.mark.parametrize("chosen", RANGES, ids=lambda each: each.label)
def test_the_range_can_be_chosen(page, chosen) -> None:
    link = make_link()
    count(link, 5, days_ago=chosen.days - 1)
    count(link, 7, days_ago=chosen.days)
    shown = link_page(page, link, days=chosen.name)
    assert "<strong>5</strong> taps by people" in shown
    assert shown.count("tr-series-0") == chosen.count


def test_an_unknown_range_is_the_usual_one(page) -> None:
    link = make_link()
    count(link, 5)
    assert link_page(page, link, days="x").count("tr-series-0") == 30


def test_without_taps_the_page_says_so(page) -> None:
    assert "No taps in this time" in link_page(page, make_link())


def test_the_limit_stands_beside_the_taps_that_count_for_it(page) -> None:
    link = make_link(tap_limit=10, limit_reached_at=timezone.now())
    count(link, 10, 90)
    assert "The limit is 10, reached on" in link_page(page, link)


def test_whoever_may_not_see_taps_sees_none(django_user_model) -> None:
    link = make_link()
    count(link, 12)
    user = django_user_model.objects.create_user("bob", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_link"))
    client = Client()
    client.force_login(user)
    assert "12 by people" not in text(client.get(LINKS))
    assert "by machines, such as" not in link_page(client, link)

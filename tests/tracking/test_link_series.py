"""A link's taps out of the running counts."""

from datetime import date, timedelta

import pytest

from tests.links.builders import make_domain, make_link
from tracking.link_series import Share, days_of, days_of_many, shares_of
from tracking.models import ClickTotal, TapBreakdown

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 15)


def count(link, day: date, people: int, machines: int = 0) -> None:
    ClickTotal.objects.create(link=link, date=day, human_count=people, machine_count=machines)


def share(link, dimension: str, value: str, people: int, machines: int = 0, day=DAY) -> None:
    TapBreakdown.objects.create(
        link=link, date=day, dimension=dimension, value=value,
        human_count=people, machine_count=machines,
    )  # fmt: skip


def test_days_are_those_of_the_link_and_the_range() -> None:
    domain = make_domain()
    link, other = make_link(domain, "a2"), make_link(domain, "b2")
    count(link, DAY, 3, 1)
    count(link, DAY - timedelta(days=1), 7)
    count(other, DAY, 9)
    assert days_of(link, start=DAY, end=DAY) == {DAY: (3, 1)}


def test_many_links_cost_one_query(django_assert_num_queries) -> None:
    domain = make_domain()
    links = [make_link(domain, f"code{number}") for number in range(5)]
    for number, link in enumerate(links):
        count(link, DAY, number)
    with django_assert_num_queries(1):
        found = days_of_many(links, start=DAY)
    assert [found[link.pk][DAY][0] for link in links] == [0, 1, 2, 3, 4]


def test_shares_are_summed_over_the_days_with_the_most_frequent_first() -> None:
    link = make_link()
    share(link, "browser", "Safari", 2)
    share(link, "browser", "Chrome", 2)
    share(link, "browser", "Chrome", 1, 4, day=DAY + timedelta(days=1))
    share(link, "browser", "Edge", 9, day=DAY + timedelta(days=2))
    share(link, "reason", "preview", 0, 4)
    found = shares_of(link, start=DAY, end=DAY + timedelta(days=1))
    assert found == {
        "browser": [Share("Chrome", 3, 4), Share("Safari", 2, 0)],
        "reason": [Share("preview", 0, 4)],
    }

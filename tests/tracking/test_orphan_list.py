"""Dead ends by kind and address, and what the page says to do."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.links.builders import make_domain, make_link
from tests.tracking.click_builders import HOST, NOW
from tracking.models import OrphanTotal
from tracking.orphan_list import ADVICE, OrphanGroup, list_orphans, machine_only

pytestmark = pytest.mark.django_db


def a_total(path: str = "/misprint", **fields: Any) -> OrphanTotal:
    given = {
        "host": HOST,
        "date": NOW.date(),
        "answer": "unknown_code",
        "human_count": 1,
        "latest_at": NOW,
        **fields,
    }
    return OrphanTotal.objects.create(path=path, **given)


def listed(**options: Any) -> list[OrphanGroup]:
    return list_orphans(**{"now": NOW, "days": 30, "with_machines": False, **options})


def test_days_are_added_up_and_the_latest_moment_is_kept() -> None:
    a_total(human_count=2, latest_at=NOW)
    a_total(date=date(2026, 6, 10), machine_count=4, latest_at=NOW - timedelta(days=5))

    (group,) = listed()

    (row,) = group.rows
    assert (row.human_count, row.machine_count, row.latest_at) == (3, 4, NOW)
    assert group.human_count == 3


def test_the_address_most_people_met_comes_first() -> None:
    a_total("/rare")
    a_total("/frequent", human_count=9)

    assert [row.path for row in listed()[0].rows] == ["/frequent", "/rare"]


def test_older_days_are_left_out() -> None:
    a_total(date=date(2026, 5, 1))

    assert listed() == []
    assert len(listed(days=90)) == 1


def test_what_only_machines_tried_is_counted_and_left_out() -> None:
    a_total("/wp-login.php", human_count=0, machine_count=7)

    assert listed() == []
    assert machine_only(now=NOW, days=30) == 7
    assert [row.path for row in listed(with_machines=True)[0].rows] == ["/wp-login.php"]


def test_a_missing_link_can_be_made_on_its_domain() -> None:
    domain = make_domain(HOST)
    a_total()

    row = listed()[0].rows[0]

    assert (row.domain_id, row.link_id, row.code) == (domain.pk, None, "misprint")


def test_a_link_that_ended_is_named() -> None:
    link = make_link()
    a_total(f"/{link.code}", answer="expired")

    group = listed()[0]

    assert group.title == "Links that have expired"
    assert group.rows[0].link_id == link.pk


@pytest.mark.parametrize("answer", ADVICE)
def test_every_kind_says_what_to_do(answer: str) -> None:
    a_total(answer=answer)

    (group,) = listed()

    assert group.advice.endswith(".")

"""The registry of columns in the list of links."""

import pytest
from django.test import RequestFactory

from links import link_columns
from links.link_columns import LinkColumn, columns, fill_cells, register
from links.models import Link


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch) -> None:
    monkeypatch.setattr(link_columns, "_columns", {})


def a_column(name: str, position: int) -> LinkColumn:
    return LinkColumn(name, name.title(), position, lambda links, _: dict.fromkeys(links, name))


def test_columns_stand_in_the_order_of_their_positions() -> None:
    register(a_column("revenue", 20))
    register(a_column("taps", 10))
    assert [column.name for column in columns()] == ["taps", "revenue"]


def test_a_second_column_of_a_name_replaces_the_first() -> None:
    register(a_column("taps", 10))
    register(a_column("taps", 30))
    assert [column.position for column in columns()] == [30]


def test_every_column_is_asked_once_for_all_links() -> None:
    asked = []

    def cells(links, request):
        asked.append(len(links))
        return {link.pk: link.code for link in links}

    register(LinkColumn("taps", "Taps", 10, cells))
    links = [Link(code="a"), Link(code="b")]
    found = fill_cells(links, RequestFactory().get("/"))
    assert found == {"taps": {links[0].pk: "a", links[1].pk: "b"}}
    assert asked == [2]

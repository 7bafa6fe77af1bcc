"""The registry of panels on a link's page."""

import pytest
from django.test import RequestFactory

from links import link_page
from links.link_page import LinkPanel, register, rendered_panels
from links.models import Link


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch) -> None:
    monkeypatch.setattr(link_page, "_panels", {})


def a_panel(title: str, position: int, urls: tuple[str, ...] | None = ("x",)) -> LinkPanel:
    def context(link, request):
        return None if urls is None else {"url": urls[0]}

    return LinkPanel(title, position, "links/_copy.html", context)


def shown() -> list[str]:
    return [title for title, _ in rendered_panels(Link(), RequestFactory().get("/"))]


def test_panels_stand_in_the_order_of_their_positions() -> None:
    register(a_panel("second", 20))
    register(a_panel("first", 10))
    assert shown() == ["first", "second"]


def test_a_panel_with_nothing_to_say_is_left_out() -> None:
    register(a_panel("silent", 10, urls=None))
    assert shown() == []


def test_a_second_panel_of_a_title_replaces_the_first() -> None:
    register(a_panel("taps", 10, ("old",)))
    register(a_panel("taps", 10, ("new",)))
    ((_, content),) = rendered_panels(Link(), RequestFactory().get("/"))
    assert 'data-copy="new"' in content

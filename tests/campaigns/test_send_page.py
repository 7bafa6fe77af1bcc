"""The registry of panels on a send's page."""

import pytest

from campaigns import send_page
from campaigns.send_page import Panel, panels, register


@pytest.fixture(autouse=True)
def _empty_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(send_page, "_panels", {})


def a_panel(title: str, position: int) -> Panel:
    return Panel(title, position, "x.html", lambda send, request: None)


def test_panels_stand_by_their_position_whoever_registered_first() -> None:
    register(a_panel("Taps", 30))
    register(a_panel("Links", 20))

    assert [panel.title for panel in panels()] == ["Links", "Taps"]


def test_a_second_panel_of_a_title_replaces_the_first() -> None:
    register(a_panel("Taps", 30))
    register(a_panel("Taps", 10))

    assert [panel.position for panel in panels()] == [10]

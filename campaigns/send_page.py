"""The registry of panels on a send's page, so that one page tells the whole story."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from campaigns.models import Send


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a send's page that lives in the app which owns its facts.

    `template` is rendered with what `context` returns; None leaves the panel out.
    """

    title: str
    position: int
    template: str
    context: Callable[[Send, HttpRequest], dict[str, Any] | None]


_panels: dict[str, Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel; a second one of that title replaces the first."""
    _panels[panel.title] = panel


def panels() -> list[Panel]:
    """Return the panels from top to bottom."""
    return sorted(_panels.values(), key=lambda panel: panel.position)

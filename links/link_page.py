"""The registry of panels on a short link's page, each in the app that owns its facts."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from links.models import Link


@dataclass(frozen=True, slots=True)
class LinkPanel:
    """A part of a link's page.

    `template` is rendered with what `context` returns; None leaves the panel out.
    """

    title: str
    position: int
    template: str
    context: Callable[[Link, HttpRequest], dict[str, Any] | None]


_panels: dict[str, LinkPanel] = {}


def register(panel: LinkPanel) -> None:
    """Add a panel; a second one of that title replaces the first."""
    _panels[panel.title] = panel


def rendered_panels(link: Link, request: HttpRequest) -> list[tuple[str, str]]:
    """Return the titles and contents of a link's panels, from top to bottom."""
    rendered: list[tuple[str, str]] = []
    for panel in sorted(_panels.values(), key=lambda each: each.position):
        context = panel.context(link, request)
        if context is not None:
            rendered.append((panel.title, render_to_string(panel.template, context, request)))
    return rendered

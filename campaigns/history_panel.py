"""How pages show changes: the panel “History” of an object's page, and links to what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from campaigns.change_kinds import KINDS
from campaigns.change_log import Change, changes_of
from campaigns.models import Send
from campaigns.send_page import Panel

MOST_SHOWN = 12
TEMPLATE = "campaigns/history_panel.html"
_ICONS = {"created": "add_circle", "changed": "edit", "deleted": "delete"}


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A change as pages show it; `url` is empty where the object is gone."""

    change: Change
    url: str

    @property
    def icon(self) -> str:
        """Return the name of its symbol."""
        return _ICONS[self.change.action]


def shown(changes: Iterable[Change]) -> list[ShownChange]:
    """Return changes with the address of what changed."""
    return [ShownChange(change, _page_of(change)) for change in changes]


def _page_of(change: Change) -> str:
    if not change.is_there:
        return ""
    model = KINDS[change.kind.object_code].model
    return reverse(f"admin:campaigns_{model._meta.model_name}_change", args=[change.object_id])


def panel_context(code: str, object_id: UUID, request: HttpRequest) -> dict[str, Any]:
    """Return what the panel shows of one object: its newest changes, and where all of them are."""
    page = changes_of(
        code=code, object_id=object_id, may_see=request.user.has_perm, size=MOST_SHOWN
    )
    query = urlencode({"kind": code, "id": object_id})
    return {
        "changes": shown(page.changes),
        "changes_url": f"{reverse('admin:campaigns_changes')}?{query}" if page.older else "",
    }


def _send_context(send: Send, request: HttpRequest) -> dict[str, Any]:
    return panel_context("send", send.pk, request)


SEND_PANEL = Panel("History", 1000, TEMPLATE, _send_context)

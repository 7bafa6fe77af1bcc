"""From a report's cell to what stands behind it: the ledger's entries, the deals, the taps, the spend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from attribution.models import CreditRule
from attribution.page_urls import page_url
from attribution.reports.definitions import Definitions
from attribution.reports.registry import AnyReport

_GOAL_OF: Final = {
    "leads_credited": "lead",
    "cost_per_lead": "lead",
    "opportunities_credited": "opportunity",
    "cost_per_opportunity": "opportunity",
    "pipeline_created": "opportunity",
    "wins": "win",
    "revenue_attributed": "win",
    "revenue_share": "win",
    "roas": "win",
    "roi": "win",
}
"""The goal whose attributed entries make a column's figure."""

_SOURCED: Final = {"leads_sourced": "lead", "opportunities_sourced": "opportunity"}
_KEYS: Final = ("send", "message", "link", "campaign", "channel", "audience")


@dataclass(frozen=True, slots=True)
class CellLinks:
    """The way from the cells of one report. A what-if is posted nowhere, so it has no entries."""

    definitions: Definitions
    first_rule: str = ""
    _entries: str = field(default_factory=lambda: page_url("attribution_creditentry_changelist"))
    _deals: str = field(default_factory=lambda: page_url("attribution_dealjourney_changelist"))

    def of(self, column: str, row: Any) -> str:
        """Return the address behind a cell, or nothing."""
        keys = row_keys(row)
        if not keys:
            return ""
        if column in _GOAL_OF:
            return self.entries(goal=_GOAL_OF[column], bucket="attributed", **keys)
        if column in _SOURCED and self.first_rule:
            asked = {"goal": _SOURCED[column], "bucket": "attributed", "rule": self.first_rule}
            return self.entries(**{**asked, **keys})
        return _facts(column, keys)

    def entries(self, **asked: str) -> str:
        """Return the address of the ledger's entries of the report's rule, days and moment."""
        if self.definitions.what_if or not self._entries:
            return ""
        basis = "touch" if self.definitions.date_basis == "touch" else "outcome"
        pinned = self.definitions.pinned
        wanted = {
            "rule": pinned["rule"],
            f"{basis}_from": pinned.get("from", ""),
            f"{basis}_to": pinned.get("to", ""),
            "as_of": pinned.get("as_of", ""),
            "channel": pinned.get("channel", ""),
            "campaign": pinned.get("campaign", ""),
            **asked,
        }
        return _address(self._entries, wanted)


def cell_links(report: AnyReport) -> CellLinks:
    """Return the ways from a report's cells. One query: the rule behind “sourced”."""
    first = CreditRule.objects.active().filter(kind=CreditRule.Kind.FIRST).first()
    return CellLinks(report.definitions, f"{first.slug}@{first.version}" if first else "")


def row_keys(row: Any) -> dict[str, str]:
    """Return what a row stands for, as the filters of the lists name it."""
    keys: dict[str, Any] = {name: getattr(row, f"{name}_id", None) for name in _KEYS}
    found = {name: str(key) for name, key in keys.items() if key}
    slug: str | None = getattr(row, "slug", None)
    if not found and slug:
        found["channel"] = slug
    narrow = next(iter(found), "")
    return {narrow: found[narrow]} if narrow else {}


def _facts(column: str, keys: Mapping[str, str]) -> str:
    """Return the list of the taps or of the spend of a send."""
    send = keys.get("send", "")
    if not send:
        return ""
    if column in {"human_taps", "machine_taps", "tap_rate", "recipients_tapped"}:
        return _address(page_url("tracking_click_changelist"), {"link__send__id__exact": send})
    if column == "spend":
        return _address(page_url("campaigns_spend_changelist"), {"send__id__exact": send})
    if column in {"recipients", "delivered", "opt_outs"}:
        return page_url("campaigns_send_change", send)
    return ""


def _address(page: str, wanted: Mapping[str, str]) -> str:
    query = urlencode({name: text for name, text in wanted.items() if text})
    return f"{page}?{query}" if page else ""

"""From a report's cell to what stands behind it: the ledger's entries, the deals, the taps, the spend."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from attribution.models import CreditRule
from attribution.page_urls import page_url
from attribution.reports.definitions import Definitions
from attribution.reports.registry import REPORTS, AnyReport

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

_OF_THE_REPORTS_GOAL: Final = {
    "credited", "first_amount", "middle_amount", "last_amount", "only_amount", "amount",
    "attributed", "attributed_amount",
}  # fmt: skip
"""Columns of reports that are about one goal, which is theirs too."""

_SOURCED: Final = {"leads_sourced": "lead", "opportunities_sourced": "opportunity"}
_DEALS: Final = {
    "pipeline_influenced": "open", "influenced": "", "influenced_amount": "", "outcomes": "",
    "sourced_first": "", "sourced_first_amount": "", "sourced_before_sales": "",
    "sourced_before_sales_amount": "", "first": "", "middle": "", "last": "", "only": "",
    "days_to_opportunity": "", "days_to_win": "won",
}  # fmt: skip
"""Columns that count deals, and the state of these deals."""

_KEYS: Final = ("send", "message", "link", "campaign", "channel", "audience")


@dataclass(frozen=True, slots=True)
class CellLinks:
    """The way from the cells of one report. A what-if is posted nowhere, so it has no entries.

    `by` is what the report's rows are, `goal` what it is about; each empty where a report says
    it by its columns. `rules` are the slugs of the rules that stand as columns.
    """

    definitions: Definitions
    by: str = ""
    goal: str = ""
    first_rule: str = ""
    rules: frozenset[str] = frozenset()
    _entries: str = field(default_factory=lambda: page_url("attribution_creditentry_changelist"))
    _deals: str = field(default_factory=lambda: page_url("attribution_dealjourney_changelist"))

    def of(self, column: str, row: Any) -> str:
        """Return the address behind a cell, or nothing."""
        if getattr(row, "outcome_id", None):
            return self._changed(row)
        keys = self._keys(row)
        if not keys:
            return ""
        if column in _SOURCED:
            return self._sourced(_SOURCED[column], keys)
        if column in _DEALS:
            return _address(self._deals, {**keys, "outcome__exact": _DEALS[column]})
        return self._credited(column, keys) or _facts(column, keys)

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

    def _credited(self, column: str, keys: Mapping[str, str]) -> str:
        goal = _GOAL_OF.get(column) or (self.goal if column in _OF_THE_REPORTS_GOAL else "")
        if goal:
            return self.entries(goal=goal, bucket="attributed", **keys)
        if column in self.rules:
            asked = {"goal": self.goal or "win", "bucket": "attributed", "rule": column}
            return self.entries(**{**asked, **keys})
        return ""

    def _sourced(self, goal: str, keys: Mapping[str, str]) -> str:
        asked = {"goal": goal, "bucket": "attributed", "rule": self.first_rule}
        return self.entries(**{**asked, **keys}) if self.first_rule else ""

    def _changed(self, row: Any) -> str:
        """Return what a cause posted for an outcome, whenever that was."""
        asked = {"outcome": str(row.outcome_id), "cause": row.cause}
        rule = self.definitions.rule
        return _address(self._entries, {"rule": rule, **asked})

    def _keys(self, row: Any) -> dict[str, str]:
        """Return what a row stands for, as the filters of the lists name it."""
        key = getattr(row, "key", None)
        if key and self.by:
            return {self.by: str(key)}
        return row_keys(row)


def cell_links(report: AnyReport) -> CellLinks:
    """Return the ways from a report's cells. One query: the rules that are kept."""
    kind, pinned = REPORTS[report.name], report.definitions.pinned
    active = list(CreditRule.objects.active())
    first = next((rule for rule in active if rule.kind == CreditRule.Kind.FIRST), None)
    return CellLinks(
        report.definitions,
        by=pinned.get("by") or next(iter(kind.dimensions), ""),
        goal=pinned.get("goal") or next(iter(kind.goals), ""),
        first_rule=f"{first.slug}@{first.version}" if first else "",
        rules=frozenset(rule.slug for rule in active),
    )


def row_keys(row: Any) -> dict[str, str]:
    """Return what a row without a key of its own stands for: the narrowest of its ids."""
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

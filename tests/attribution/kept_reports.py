"""Builders of saved views and of their mails."""

from datetime import time
from typing import Any

from attribution.models import ReportSchedule, SavedView
from attribution.report_schedules import schedule_report
from attribution.reports.registry import REPORT_PERMISSION
from attribution.saved_views import save_view
from tests.attribution.builders import NOW
from tests.campaigns.builders import a_user

MONDAY_8 = {
    "frequency": "weekly",
    "weekday": 0,
    "time_of_day": time(8, 0),
    "time_zone": "Europe/Berlin",
}


def a_reader(username: str = "ada", **fields: Any) -> Any:
    """Return somebody who may read reports and can be written to."""
    return a_user(username, REPORT_PERMISSION, **{"email": f"{username}@example.com", **fields})


def a_view(owner: Any = None, **fields: Any) -> SavedView:
    """Return a saved view of the send report."""
    values = {"report": "sends", "name": "June", "parameters": {"rule": "linear"}, **fields}
    return save_view(owner=owner or a_reader(), now=NOW, **values)


def a_schedule(
    view: SavedView | None = None, *, recipients: Any = None, next_due_at: Any = None, **when: Any
) -> ReportSchedule:
    """Return a schedule of a view, for its owner unless said otherwise."""
    view = view or a_view()
    schedule = schedule_report(
        view=view,
        by=view.owner,
        recipients=recipients or [view.owner],
        now=NOW,
        **{**MONDAY_8, **when},
    )
    if next_due_at:
        schedule.next_due_at = next_due_at
        schedule.save()
    return schedule

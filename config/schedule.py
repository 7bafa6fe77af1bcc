"""The whole beat table on one page. Each task sweeps rows that are due; a missed tick is harmless.

`python manage.py migrate` writes it to the scheduler's table, where the admin can change a row's
interval; rows are found by name and an admin's interval is kept.
"""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django_celery_beat.models import IntervalSchedule, PeriodicTask


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the table: what runs, and how often in seconds. One may have to be switched on."""

    name: str
    task: str
    seconds: int
    is_enabled: bool = True


TABLE = (
    Entry("Settle credit after changes", "attribution.tasks.settle_changes", 5),
    Entry("Sync CRM connections that are due", "crm_sync.tasks.sync_due_connections", 60),
    Entry("Act on webhooks of CRMs", "crm_sync.tasks.take_hook_deliveries", 10),
    Entry("Write origins to CRM contacts", "crm_sync.tasks.deliver_write_backs", 60),
    Entry("Confirm taps read meanwhile", "tracking.tasks.confirm_waiting_taps", 60),
    Entry("Settle links with a limit of taps", "tracking.tasks.settle_tap_limits", 60),
    Entry("Make room for taps and drop old ones", "tracking.tasks.tend_months", 21_600),
    Entry("Check live links again", "links.tasks.recheck_live_links", 60),
    Entry("Forget old checks", "links.tasks.forget_checks", 86400),
    Entry("Check domains again", "links.tasks.recheck_domains", 60),
    Entry("Tell people of broken links", "links.tasks.watch_alerts", 60),
    Entry("Add uploaded audiences", "links.tasks.add_audiences", 15),
    Entry("Delete old audience files", "links.tasks.expire_audiences", 3600),
    Entry("Send webhook messages", "links.tasks.deliver_webhooks", 10),
    Entry("Delete old webhook messages", "links.tasks.forget_webhook_deliveries", 3600),
    Entry("Mail scheduled reports", "attribution.tasks.send_due_reports", 60),
    Entry("Work on a rebuild of credit", "attribution.tasks.work_on_rebuild", 15),
    Entry("Look for findings", "attribution.tasks.refresh_findings", 60),
    # Off: new shares move everybody's figures, and somebody should look at them first
    Entry(
        "Fit data-driven credit rules", "attribution.tasks.fit_rules", 2_592_000, is_enabled=False
    ),
)


def write_schedule(**signal: Any) -> None:
    """Add the table's missing rows to the scheduler; leave existing rows as they are."""
    if PeriodicTask._meta.db_table not in connection.introspection.table_names():
        return  # A partial migration
    for entry in TABLE:
        interval, _ = IntervalSchedule.objects.get_or_create(
            every=entry.seconds, period=IntervalSchedule.SECONDS
        )
        PeriodicTask.objects.get_or_create(
            name=entry.name,
            defaults={"task": entry.task, "interval": interval, "enabled": entry.is_enabled},
        )

"""What runs in the background: each task calls one service and swallows nothing."""

from celery import shared_task
from django.utils import timezone

from attribution import report_deliveries, services
from campaigns.doorbell import REBUILD, SETTLE, hear


@shared_task(name=SETTLE)
def settle_changes() -> None:
    """Settle all that waits. Running it twice settles nothing twice."""
    hear(SETTLE)
    while services.settle_changes(now=timezone.now()):
        pass


@shared_task(name="attribution.tasks.refresh_findings")
def refresh_findings() -> None:
    """Look for findings again."""
    services.refresh_findings(now=timezone.now())


@shared_task(name="attribution.tasks.fit_rules")
def fit_rules() -> None:
    """Fit every data-driven rule on today's journeys."""
    services.fit_rules(now=timezone.now())


@shared_task(name="attribution.tasks.send_due_reports")
def send_due_reports() -> None:
    """Send scheduled reports. Running it twice sends nothing twice."""
    report_deliveries.send_due_reports(now=timezone.now())


@shared_task(name=REBUILD)
def work_on_rebuild(*, limit: int = 50) -> None:
    """Do parts of the rebuild that runs, if one does; the next sweep goes on where this ends."""
    for _ in range(limit):
        if services.rebuild_next_part(now=timezone.now()) is None:
            break

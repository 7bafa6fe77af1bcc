"""`manage.py rebuild_credit`: derive all credit from the facts again, post the differences."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone
from tqdm import tqdm

from attribution.services import rebuild_credit, refresh_findings


class Command(BaseCommand):
    """Recompute every outcome under every active rule; where nothing is wrong, post nothing."""

    help = "Recompute all credit from the facts and post the differences."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild with a progress bar on a terminal."""
        now = timezone.now()
        with tqdm(desc="Dividing credit", unit=" facts", disable=None) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            rebuilt = rebuild_credit(now=now, progress=show)
        refresh_findings(now=timezone.now())
        self.stdout.write(
            f"{rebuilt.outcome_count:,} outcomes divided, {rebuilt.entry_count:,} entries posted."
        )

"""`manage.py fit_credit_rules`: fit every data-driven rule on today's journeys."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from attribution.services import fit_rules


class Command(BaseCommand):
    """Fit all active Markov and Shapley rules; each gets a version with its new shares."""

    help = "Fit every active data-driven credit rule on the journeys of this moment."

    def handle(self, *args: Any, **options: Any) -> None:
        """Fit, and say for each rule what it found or why it was left alone.

        Raises:
            SystemExit: with status 1 where a rule could not be fitted.
        """
        done = fit_rules(now=timezone.now())
        for rule, refusal in done.items():
            if refusal:
                self.stderr.write(f"{rule.slug}: left as it was. {refusal}")
            else:
                fitted_on = rule.parameters["fitted_on"]
                self.stdout.write(
                    f"{rule.slug}: version {rule.version}, fitted on {fitted_on['journeys']:,} "
                    f"journeys that led to the goal and {fitted_on['null_paths']:,} that did not."
                )
        if not done:
            self.stdout.write("No data-driven rule is active.")
        if any(done.values()):
            raise SystemExit(1)

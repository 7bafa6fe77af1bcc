"""`manage.py report NAME`: any report of the API on the command line, the same rows."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from attribution.reports.query import PARAMETERS, InvalidReportQueryError
from attribution.reports.registry import REPORTS, UnknownReportError, build_report
from attribution.reports.scope import NoCreditRuleError
from attribution.reports.terminal import as_text

_HELP = {
    "rule": "a credit rule's slug, such as linear, or a version of it: linear@3",
    "lookback_days": "days, or “lifetime”; another than the rule's own is a what-if",
    "date_basis": "outcome, touch or cohort",
    "from": "first day, as 2026-06-01",
    "to": "last day",
    "as_of": "show what was known at a day's end or a moment",
    "contact_mode": "roles, roles_else_company, company or primary",
    "channel": "only this channel",
    "campaign": "only this campaign",
    "by": "rows by send, channel, campaign, message, link or audience",
    "goal": "lead, opportunity or win",
    "currency": "show amounts in this currency, as EUR",
    "limit": "at most this many rows",
}


class Command(BaseCommand):
    """Prints a report. Exit status 0; 1 if the reconciliation fails; 2 on bad usage."""

    help = "Print a report: " + ", ".join(REPORTS)

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the API's parameters under the same names, with dashes."""
        parser.add_argument("name", metavar="NAME", help=", ".join(REPORTS))
        for name in PARAMETERS:
            flag = f"--{name.replace('_', '-')}"
            parser.add_argument(flag, dest=name, default="", help=_HELP[name])
        parser.add_argument("--format", choices=["table", "json", "csv", "xlsx"], default="table")
        parser.add_argument("--output", type=Path, help="write to this file; xlsx needs one")

    def handle(self, *, name: str, output: Path | None, **options: Any) -> None:
        """Build the report and print it in the wanted form."""
        params = {parameter: options[parameter] or "" for parameter in PARAMETERS}
        try:
            report = build_report(name, params, now=timezone.now())
        except (UnknownReportError, InvalidReportQueryError, NoCreditRuleError) as error:
            raise CommandError(str(error), returncode=2) from error
        forms: dict[str, Callable[[], str | bytes]] = {
            "table": lambda: as_text(report),
            "json": lambda: json.dumps(report.for_json(), indent=2, ensure_ascii=False),
            "csv": lambda: report.for_csv().rstrip("\r\n"),
            "xlsx": report.for_xlsx,
        }
        if options["format"] == "xlsx" and output is None:
            raise CommandError("A workbook is no text: name a file with --output.", returncode=2)
        content = forms[options["format"]]()
        if output is None:
            self.stdout.write(str(content))
        else:
            _write(output, content)
            self.stderr.write(f"Wrote {output}.")
        if name == "reconciliation" and not report.reconciles:
            raise CommandError("The ledger does not reconcile with the CRM.", returncode=1)


def _write(path: Path, content: str | bytes) -> None:
    """Write the file; text ends with a line break.

    Raises:
        CommandError: the file cannot be written.
    """
    data = content if isinstance(content, bytes) else f"{content}\n".encode()
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}.", returncode=2) from error

"""`manage.py check_utms FILE|-|URL …`: judge links; exit status 1 where one is wrong."""

import io
import json
import sys
from collections import Counter
from pathlib import Path
from typing import IO, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from campaigns.link_extraction import Found, FoundLink, spans_of
from campaigns.link_lint import Report
from campaigns.link_lint_sheet import corrected_rows
from campaigns.link_lint_text import as_annotations, as_records, as_table
from campaigns.link_sources import links_in_file
from campaigns.linter import lint_links
from campaigns.models import Channel, NamingConvention
from campaigns.published_rules import NoConventionError, published_convention
from campaigns.spreadsheets import UnreadableTableError, write_csv

FORMATS = ("table", "json", "csv", "github")


class Command(BaseCommand):
    """Checks the links of files, of standard input, or given as arguments."""

    help = (
        "Check the UTM values of links against a channel's published naming convention. Takes "
        "CSV, TSV, XLSX, HTML and any text. Exit status 0: all fine; 1: a link is wrong; "
        "2: nothing could be checked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the links, the channel and the format."""
        parser.add_argument(
            "sources", nargs="+", metavar="FILE|-|URL", help="- reads standard input"
        )
        parser.add_argument("--channel", default="sms", help="whose convention counts (sms)")
        parser.add_argument("--format", choices=FORMATS, default="table", help="what to print")
        parser.add_argument("--corrected", metavar="FILE", help="write the corrected CSV here")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what is wrong and set the exit status.

        Raises:
            CommandError: nothing could be checked (exit 2).
        """
        convention = _convention(options["channel"])
        found = _found(options["sources"])
        if not found.links:
            names = ", ".join(options["sources"])
            raise CommandError(f"There is no link in {names}.", returncode=2)
        report = lint_links(found=found, convention=convention, today=timezone.localdate())
        if options["corrected"]:
            _write(options["corrected"], found, report)
        self._print(options["format"], found, report)
        if report.wrong_count:
            sys.exit(1)

    def _print(self, style: str, found: Found, report: Report) -> None:
        out = self.stdout
        if style == "json":
            out.write(json.dumps({"results": as_records(report)}, ensure_ascii=False, indent=2))
        elif style == "csv":
            for line in write_csv(corrected_rows(found, report)):
                out.write(line.removesuffix("\r\n"))
        else:
            for line in as_table(report) if style == "table" else as_annotations(report):
                out.write(line)
        summary = out if style == "table" else self.stderr
        summary.write(_summary(found, report))


def _convention(slug: str) -> NamingConvention:
    try:
        return published_convention(Channel.objects.get(slug=slug))
    except Channel.DoesNotExist as error:
        known = ", ".join(Channel.objects.order_by("slug").values_list("slug", flat=True))
        message = f"There is no channel “{slug}”. Channels: {known}."
        raise CommandError(message, returncode=2) from error
    except NoConventionError as error:
        raise CommandError(str(error), returncode=2) from error


def _found(sources: list[str]) -> Found:
    """Return the links of all sources; a single table keeps its rows."""
    if len(sources) == 1:
        return _links_of(sources[0], 1)
    links: list[FoundLink] = []
    left_out = Counter[str]()
    for number, source in enumerate(sources, start=1):
        found = _links_of(source, number)
        links += found.links
        left_out += found.left_out
    return Found(links, left_out)


def _links_of(source: str, number: int) -> Found:
    if source != "-" and not Path(source).exists():
        if "://" in source or spans_of(source):
            return Found([FoundLink(source, f"argument {number}")])
        raise CommandError(f"There is no file “{source}”, and it is no link.", returncode=2)
    try:
        if source == "-":
            return _named(io.BytesIO(_standard_input()), "")
        with Path(source).open("rb") as file:
            return _named(file, source)
    except (OSError, UnreadableTableError) as error:
        raise CommandError(f"{source} cannot be read. {error}", returncode=2) from error


def _standard_input() -> bytes:
    # What a program puts in its place, such as a test, may have text only
    raw: IO[bytes] | None = getattr(sys.stdin, "buffer", None)
    return raw.read() if raw is not None else sys.stdin.read().encode()


def _named(file: IO[bytes], name: str) -> Found:
    found = links_in_file(file, name)
    links = [link._replace(source=name) for link in found.links]
    return Found(links, found.left_out, found.rows)


def _write(path: str, found: Found, report: Report) -> None:
    try:
        with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
            file.writelines(write_csv(corrected_rows(found, report)))
    except OSError as error:
        raise CommandError(f"{path} cannot be written. {error}", returncode=2) from error


def _summary(found: Found, report: Report) -> str:
    total = len(report.links)
    left_out = ", ".join(f"{kind} ({count:,})" for kind, count in sorted(found.left_out.items()))
    tail = f" Left out: {left_out}." if left_out else ""
    if not report.wrong_count:
        return f"{total:,} link{'s' if total > 1 else ''} checked, none is wrong.{tail}"
    return f"{report.wrong_count:,} of {total:,} links need mending.{tail}"

"""A report as a file: to download from its page, and to attach to a mail."""

import json
from dataclasses import dataclass
from typing import Final

from attribution.reports.registry import AnyReport

FORMATS: Final = {"csv": "CSV", "xlsx": "Excel", "json": "JSON"}
MEDIA_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
}


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file's name, its bytes and their media type."""

    name: str
    content: bytes
    media_type: str


def file_of(report: AnyReport, kind: str) -> ReportFile:
    """Return a report as a file of one of `FORMATS`; a CSV says to Excel that it is UTF-8.

    Raises:
        KeyError: there is no such format.
    """
    return ReportFile(f"{report.name}.{kind}", _content(report, kind), MEDIA_TYPES[kind])


def _content(report: AnyReport, kind: str) -> bytes:
    if kind == "csv":
        return ("\ufeff" + report.for_csv()).encode()
    if kind == "xlsx":
        return report.for_xlsx()
    return json.dumps(report.for_json(), ensure_ascii=False, indent=2).encode()

"""Formats of this app's resources besides JSON: CSV in and out, SVG out."""

from collections.abc import Iterator, Mapping
from typing import Any

from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from links.audience_csv import AudienceFileError, read_rows


class AudienceCsvParser(BaseParser):
    """Reads `text/csv` as the rows of an audience, one by one."""

    media_type = "text/csv"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the rows as an iterator; a fault in the file shows when they are read."""
        return read_rows(line.decode("utf-8", "replace") for line in stream)


class _ReadyRenderer(BaseRenderer):
    """For answers that are ready-made; what is rendered here is an error's text."""

    charset = "utf-8"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> str:
        """Return an error's message."""
        error = data.get("error", {}) if isinstance(data, dict) else {}
        return str(error.get("message", ""))


class CsvRenderer(_ReadyRenderer):
    """`text/csv`."""

    media_type = "text/csv"
    format = "csv"


class SvgRenderer(_ReadyRenderer):
    """`image/svg+xml`."""

    media_type = "image/svg+xml"
    format = "svg"


def read_audience(data: Any) -> Iterator[dict[str, str]]:
    """Yield an audience's rows from what a parser returned.

    Raises:
        AudienceFileError: JSON of another shape, or a CSV that cannot be read.
    """
    if isinstance(data, Iterator):
        yield from data
        return
    recipients = data.get("recipients") if isinstance(data, Mapping) else data
    if not isinstance(recipients, list):
        raise AudienceFileError('Send {"recipients": [{"phone": "+1…"}]} or CSV.')
    for row in recipients:
        if not isinstance(row, Mapping):
            raise AudienceFileError("Every recipient is an object with a phone.")
        yield {str(key): str(value) for key, value in row.items() if isinstance(value, str | int)}

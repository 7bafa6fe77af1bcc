"""Formats of this app's resources besides JSON: audiences in, CSV and SVG out."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Final

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

from links.audience_files import LIMITS, AudienceFileError

_CHUNK: Final = 1 << 16
_HELD_BYTES: Final = 1 << 20


class SentFile:
    """An audience as it was sent: its bytes, on disk once they are many, and their number."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        """Read the stream.

        Raises:
            AudienceFileError: it never ends.
        """
        self.name = name
        self.file = SpooledTemporaryFile(max_size=_HELD_BYTES)  # noqa: SIM115  (until the answer)
        self.size = 0
        while data := stream.read(_CHUNK):
            self.size += self.file.write(data)
            if self.size > LIMITS.file_bytes:
                raise AudienceFileError(
                    f"More than {LIMITS.file_bytes >> 20:,} MB were sent. Split the file."
                )
        self.file.seek(0)

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes."""
        while data := self.file.read(_CHUNK):
            yield data


class AudienceParser(BaseParser):
    """Takes an audience in any form; what kind of file it is, its beginning says."""

    media_type = "*/*"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the body as a file.

        Raises:
            ParseError: it never ends.
        """
        is_tabbed = (media_type or "").startswith("text/tab-separated-values")
        try:
            return SentFile(stream, "audience.tsv" if is_tabbed else "audience")
        except AudienceFileError as error:
            raise ParseError(str(error)) from error


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


class PngRenderer(_ReadyRenderer):
    """`image/png`."""

    media_type = "image/png"
    format = "png"

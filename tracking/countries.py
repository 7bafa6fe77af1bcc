"""The country of an address, from a local file in MaxMind's format, where one is configured."""

import logging
import tempfile
from pathlib import Path

import maxminddb

_logger = logging.getLogger(__name__)


class CountryFile:
    """Looks countries up in GeoLite2-Country, DB-IP's or any other file of that format.

    What happens to the file later does not matter: a private copy is read, since a memory-mapped
    file that somebody cuts short would end the process.

    Raises:
        OSError: the file is not there or may not be read.
        maxminddb.InvalidDatabaseError: it is no such file.
    """

    def __init__(self, path: Path) -> None:
        with tempfile.NamedTemporaryFile(suffix=path.suffix) as copy:
            copy.write(path.read_bytes())
            copy.flush()
            self._reader = maxminddb.open_database(copy.name)

    def country(self, address: str) -> str:
        """Return two capital letters; an empty text where the file does not know. Never raises."""
        try:
            found = self._reader.get(address) if address else None
        except (ValueError, maxminddb.InvalidDatabaseError):
            return ""
        return _iso_code(found)


def open_countries(path: str) -> CountryFile | None:
    """Return the configured file; None where there is none or it cannot be read, which is logged."""
    if not path:
        return None
    try:
        return CountryFile(Path(path))
    except (OSError, maxminddb.InvalidDatabaseError):
        _logger.exception("COUNTRY_DATABASE %s cannot be read: no country is known", path)
        return None


def _iso_code(found: object) -> str:
    """Find the code in a record: MaxMind and DB-IP nest it, IPinfo does not."""
    country = found.get("country") if isinstance(found, dict) else None
    code = country.get("iso_code") if isinstance(country, dict) else country
    is_code = isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha()
    return str(code).upper() if is_code else ""

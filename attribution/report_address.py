"""The addresses of report pages."""

from collections.abc import Mapping
from urllib.parse import urlencode

from attribution.page_urls import page_url


def report_url(name: str, parameters: Mapping[str, str]) -> str:
    """Return the path of a report's page with its parameters; empty ones are left out.

    With a report's `definitions.pinned` it is the page that shows the same numbers for ever.
    """
    query = urlencode({key: value for key, value in parameters.items() if value})
    page = page_url(f"attribution_report_{name}")
    return f"{page}?{query}" if page and query else page

"""Links of sends that come in by a file: made with the send, and gone with a dry run."""

import pytest

from campaigns.import_rows import ImportResult
from campaigns.send_import import import_sends
from campaigns.send_sheet import EXAMPLE
from links.models import Link
from tests.campaigns.builders import NOW, a_campaign
from tests.links.builders import make_domain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_domain() -> None:
    make_domain(is_default=True)
    a_campaign(EXAMPLE["campaign"])


def run(*rows: dict[str, str], dry_run: bool = False) -> ImportResult:
    return import_sends(rows=rows, by=None, now=NOW, dry_run=dry_run)


def test_an_imported_sends_versions_have_their_links() -> None:
    run({**EXAMPLE, "message_b": "Second {link} STOP"})

    assert list(Link.objects.order_by("utm_content").values_list("utm_content", flat=True)) == [
        "version-a",
        "version-b",
    ]


def test_a_dry_run_makes_no_link_and_changes_none() -> None:
    run(EXAMPLE)
    link = Link.objects.get()
    rows = [
        {"utm_campaign": EXAMPLE["utm_campaign"], "destination_url": "https://example.com/new"},
        {**EXAMPLE, "utm_campaign": "demo-invite-q2"},
    ]

    result = run(*rows, dry_run=True)

    assert [row.status for row in result.rows] == ["updated", "created"]
    assert Link.objects.get() == link
    assert Link.objects.get().destination_url == link.destination_url


def test_a_refused_row_makes_no_link() -> None:
    result = run({**EXAMPLE, "utm_campaign": "Not Good"})

    assert result.count("rejected") == 1
    assert not Link.objects.exists()

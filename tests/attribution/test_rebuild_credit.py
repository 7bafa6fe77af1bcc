"""`manage.py rebuild_credit` says what it did and is safe to repeat."""

import os
from io import StringIO
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.core.management import call_command
from django.db import connection

from attribution import rebuilding
from attribution.models import Finding, Rebuild
from attribution.rebuilding import start_rebuild
from tests.attribution.builders import NOW, a_deal, sums
from tracking.models import PendingChange

pytestmark = pytest.mark.django_db


def rebuild() -> str:
    out = StringIO()
    call_command("rebuild_credit", stdout=out)
    return out.getvalue()


def test_it_posts_what_the_ledger_lacks_and_finds_what_is_wrong() -> None:
    a_deal(won=1)
    PendingChange.objects.all().delete()

    assert rebuild() == "2 outcomes divided, 12 entries posted.\n"
    assert sums() == {"unattributed: no_contacts": 100_00}
    assert Finding.objects.open().exists()


def test_a_second_run_posts_nothing() -> None:
    a_deal(won=1)
    rebuild()

    assert rebuild() == "2 outcomes divided, 0 entries posted.\n"


def test_it_runs_on_an_empty_database() -> None:
    assert rebuild() == "0 outcomes divided, 0 entries posted.\n"


def test_helping_without_a_rebuild_starts_none() -> None:
    a_deal(won=1)
    out = StringIO()
    call_command("rebuild_credit", "--join", stdout=out)

    assert out.getvalue() == "No rebuild is running.\n"
    assert not Rebuild.objects.exists()


def test_it_joins_the_rebuild_that_was_started_in_the_admin() -> None:
    a_deal(won=1)
    start_rebuild(now=NOW)

    assert rebuild() == "2 outcomes divided, 12 entries posted.\n"
    assert Rebuild.objects.count() == 1


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_more_processes_take_part(monkeypatch: pytest.MonkeyPatch) -> None:
    """The helpers are real processes on the test's database; all parts are done in the end."""
    monkeypatch.setattr(rebuilding, "CHUNK", 1)
    for _ in range(4):
        a_deal(won=1)
    PendingChange.objects.all().delete()
    url = urlsplit(os.environ["DATABASE_URL"])
    database = connection.settings_dict["NAME"]
    monkeypatch.setenv("DATABASE_URL", urlunsplit(url._replace(path=f"/{database}")))
    out = StringIO()
    call_command("rebuild_credit", "--workers", "2", stdout=out)

    assert out.getvalue() == "8 outcomes divided, 48 entries posted.\n"
    assert Rebuild.objects.get().state == Rebuild.State.DONE

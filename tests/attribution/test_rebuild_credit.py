"""`manage.py rebuild_credit` says what it did and is safe to repeat."""

from io import StringIO

import pytest
from django.core.management import call_command

from attribution.models import Finding
from tests.attribution.builders import a_deal, sums
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

"""`manage.py verify_ledger` proves the books or exits with 1 and says why."""

from io import StringIO

import pytest
from django.core.management import call_command

from attribution.models import CreditTotal
from tests.attribution.builders import a_deal, settle

pytestmark = pytest.mark.django_db


def failing(*options: str) -> str:
    """Run it, expect exit status 1, and return what it complained about."""
    err = StringIO()
    with pytest.raises(SystemExit) as exit_:
        call_command("verify_ledger", *options, stderr=err)
    assert exit_.value.code == 1
    return err.getvalue()


def test_it_says_so_when_all_is_well() -> None:
    a_deal(won=1)
    settle()
    out = StringIO()
    call_command("verify_ledger", stdout=out)

    assert out.getvalue().startswith("The ledger agrees with the facts")


def test_it_exits_with_one_on_any_difference() -> None:
    a_deal(won=1)
    settle()
    CreditTotal.objects.filter(kind="win", rule__slug="linear").update(amount_minor=99)
    complaint = failing()

    assert (
        "total_differs: For win unattributed no_contacts (all), the entries say 10000" in complaint
    )
    assert "8 problems." in complaint


def test_it_shows_the_first_twenty_problems_or_all() -> None:
    for _ in range(8):
        a_deal(won=1)
    settle()
    CreditTotal.objects.update(amount_minor=99)

    assert failing().count("total_differs") == 20
    assert failing("--all").count("total_differs") == 96

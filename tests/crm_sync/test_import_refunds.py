"""`manage.py import_refunds`."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from crm_sync.models import DealRefund
from tests.attribution.builders import a_deal

pytestmark = pytest.mark.django_db


@pytest.fixture
def file(tmp_path: Path) -> Path:
    deal = a_deal(won=5)
    path = tmp_path / "refunds.csv"
    path.write_text(f"deal,external_id,amount,refunded_at\n{deal.external_id},r-1,30,2026-06-10\n")
    return path


def run(path: Path, **options: bool) -> str:
    out = StringIO()
    call_command("import_refunds", str(path), stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def test_a_file_is_imported_and_again_it_changes_nothing(file: Path) -> None:
    assert "1 rows: 1 created" in run(file)
    assert "1 unchanged" in run(file)
    assert DealRefund.objects.get().origin == "file"


def test_a_dry_run_stores_nothing(file: Path) -> None:
    assert "this was a dry run" in run(file, dry_run=True)
    assert not DealRefund.objects.exists()


def test_a_wrong_row_is_told_by_its_line(file: Path) -> None:
    file.write_text(file.read_text() + "nobody,r-2,1,2026-06-10\n")
    errors = StringIO()

    with pytest.raises(CommandError, match="1 of 2 rows") as caught:
        call_command("import_refunds", str(file), stdout=StringIO(), stderr=errors)

    assert caught.value.returncode == 1
    assert "line 3: deal: No deal “nobody”" in errors.getvalue()
    assert not DealRefund.objects.exists()


def test_a_missing_file_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read") as caught:
        run(tmp_path / "none.csv")
    assert caught.value.returncode == 2

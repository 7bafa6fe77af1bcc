"""`manage.py report`: the same rows as the API, and its exit statuses."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from openpyxl import load_workbook

from crm_sync.models import Deal
from tests.attribution.story import tell_story

pytestmark = pytest.mark.django_db


def printed(*arguments: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("report", *arguments, stdout=out, **options)
    return out.getvalue()


def exit_status(*arguments: str) -> int:
    with pytest.raises(CommandError) as refused:
        printed(*arguments)
    return refused.value.returncode


def test_the_send_report_is_printed_as_a_table_that_proves_itself() -> None:
    tell_story()
    text = printed("sends")
    assert "Send trial-june" in text
    assert "$3,333.34" in text
    assert "Wins: attributed $10,000.00 + unattributed $0.00 + excluded $0.00 = CRM total" in text
    assert "DOES NOT RECONCILE" not in text


def test_wide_tables_are_broken_into_parts_that_repeat_the_send() -> None:
    tell_story()
    lines = printed("sends").splitlines()
    assert max(len(line) for line in lines if "│" not in line and ":" not in line) <= 140
    assert sum(line.startswith("Send trial-june") for line in lines) > 1


def test_numbers_stand_flush_right() -> None:
    tell_story()
    lines = printed("rules").splitlines()
    header = next(line for line in lines if line.startswith("Channel"))
    email = next(line for line in lines if line.startswith("Email"))
    assert len(header) == len(email)


def test_json_is_the_apis_answer() -> None:
    tell_story()
    rows = json.loads(printed("sends", format="json"))["rows"]
    june = next(row for row in rows if row["utm_campaign"] == "trial-june")
    assert june["revenue_attributed"] == {"amount": "3333.34", "currency": "USD"}
    assert june["leads_credited"] == "0.333334"


def test_csv_has_one_line_per_send_and_the_totals() -> None:
    tell_story()
    rows = list(csv.DictReader(io.StringIO(printed("sends", format="csv"))))
    assert [row["send"] for row in rows] == ["Send trial-july", "Send trial-june", ""]
    assert rows[-1]["revenue_attributed"] == "6666.67"


def test_an_empty_report_says_so() -> None:
    assert "Nothing to report yet." in printed("sends")


def test_a_reconciliation_that_fails_ends_with_1() -> None:
    story = tell_story()
    Deal.objects.filter(pk=story.deal.pk).update(amount_minor=1)
    assert exit_status("reconciliation") == 1


def test_a_reconciliation_that_holds_names_every_line() -> None:
    tell_story()
    text = printed("reconciliation")
    assert "attributed: SMS" in text
    assert "Reconciles." in text


def test_an_unknown_report_is_bad_usage() -> None:
    assert exit_status("profits") == 2


def test_an_unknown_rule_is_bad_usage() -> None:
    assert exit_status("sends", "--rule", "best") == 2


def test_a_wrong_day_is_bad_usage() -> None:
    assert exit_status("sends", "--from", "yesterday") == 2


def test_the_rule_can_be_chosen() -> None:
    tell_story()
    assert "All credit goes to the first touch." in printed("sends", "--rule", "first")


def test_a_workbook_is_written_to_a_file(tmp_path: Path) -> None:
    tell_story()
    file = tmp_path / "sends.xlsx"
    printed("sends", format="xlsx", output=file)
    assert load_workbook(file).worksheets[0].max_row == 4


def test_text_is_written_to_a_file_too(tmp_path: Path) -> None:
    tell_story()
    file = tmp_path / "sends.json"
    printed("sends", format="json", output=file)
    assert json.loads(file.read_text())["report"] == "sends"


def test_a_workbook_without_a_file_is_bad_usage() -> None:
    assert exit_status("sends", "--format", "xlsx") == 2


def test_a_file_that_cannot_be_written_is_bad_usage(tmp_path: Path) -> None:
    assert exit_status("sends", "--output", str(tmp_path / "nowhere" / "x.txt")) == 2

"""`manage.py import_deals`, its words and its exit statuses."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from crm_sync.models import Deal, SyncRun
from tests.crm_sync.builders import SALES_PIPELINE_MAPPING

pytestmark = pytest.mark.django_db

MAPPING: dict[str, Any] = {
    **SALES_PIPELINE_MAPPING,
    "columns": {"external_id": "id", "stage": "stage", "amount": "value"},
}


@pytest.fixture
def run_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(text: str, mapping: Any = MAPPING) -> str:
        (tmp_path / "deals.csv").write_text(text)
        (tmp_path / "map.json").write_text(json.dumps(mapping))
        file, map_file = str(tmp_path / "deals.csv"), str(tmp_path / "map.json")
        call_command("import_deals", file, "--mapping", map_file)
        return capsys.readouterr().out

    return run


def test_it_tells_what_it_did_and_what_is_incomplete(run_it: Any) -> None:
    told = run_it("id,stage,value\n1,Won,5\n2,Engaging,\n")

    assert "Acme export: 2 rows read, 2 created, 0 updated, 0 unchanged, 0 refused." in told
    assert "1 deal has no value." in told


def test_refused_rows_are_told_line_by_line_and_end_in_status_1(
    run_it: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        run_it("id,stage,value\n1,Won,abc\n2,Won,5\n")

    assert ended.value.code == 1
    assert "line 2: value: “abc” is not an amount" in capsys.readouterr().out
    assert Deal.objects.count() == 1


def test_many_refused_rows_are_summed_up_by_rule(
    run_it: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{n},Won,abc\n" for n in range(30))
    with pytest.raises(SystemExit):
        run_it(f"id,stage,value\n{rows}")

    told = capsys.readouterr().out
    assert told.count("  line ") == 20
    assert "30 × bad-amount" in told


def test_a_missing_column_is_bad_usage(run_it: Any) -> None:
    with pytest.raises(CommandError, match="Its columns are: id, stage") as refused:
        run_it("id,stage\n1,Won\n")

    assert refused.value.returncode == 2
    assert not SyncRun.objects.exists()


def test_a_wrong_mapping_is_bad_usage_with_every_reason(run_it: Any) -> None:
    with pytest.raises(CommandError, match="“currency” is missing") as refused:
        run_it("id\n", {"connection": "x"})

    assert "“stages” is missing" in str(refused.value)
    assert refused.value.returncode == 2


def test_a_file_that_is_not_there_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text(json.dumps(MAPPING))

    with pytest.raises(CommandError, match="No such file") as refused:
        call_command("import_deals", "nowhere.csv", "--mapping", str(tmp_path / "map.json"))

    assert refused.value.returncode == 2


def test_a_mapping_that_is_not_there_is_bad_usage() -> None:
    with pytest.raises(CommandError, match="No such file") as refused:
        call_command("import_deals", "deals.csv", "--mapping", "nowhere.json")

    assert refused.value.returncode == 2


def test_a_mapping_that_is_no_json_is_bad_usage(tmp_path: Path) -> None:
    (tmp_path / "map.json").write_text("{")

    with pytest.raises(CommandError, match="is not JSON") as refused:
        call_command("import_deals", "deals.csv", "--mapping", str(tmp_path / "map.json"))

    assert refused.value.returncode == 2

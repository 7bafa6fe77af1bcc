"""What became of every row, as a file."""

import csv

import pytest

from links.audience import RowResult, RowStatus
from links.audience_folder import new_name, path_of
from links.audience_results import HEADING, begin_results, read_results, write_results
from links.audience_rows import AudienceRow


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path


def lines(name: str) -> list[list[str]]:
    return list(csv.reader(b"".join(read_results(name)).decode().splitlines()))


def test_each_row_stands_with_its_result_and_reason() -> None:
    name = new_name("csv")
    size = begin_results(name)
    rows = [AudienceRow(2, "+14155550100", name="Ann"), AudienceRow(3, "nonsense")]
    results = [RowResult(2, RowStatus.NEW), RowResult(3, RowStatus.INVALID, "No number.")]
    assert write_results(name, size, rows, results) == path_of(name).stat().st_size
    assert lines(name) == [
        list(HEADING),
        ["2", "new", "", "+14155550100", "", "", "Ann"],
        ["3", "invalid", "No number.", "nonsense", "", "", ""],
    ]


def test_what_was_written_and_never_noted_is_cut_off() -> None:
    name = new_name("csv")
    size = begin_results(name)
    lost = [AudienceRow(2, "1", name="lost" * 50)]
    write_results(name, size, lost, [RowResult(2, RowStatus.NEW)])
    write_results(name, size, [AudienceRow(2, "1")], [RowResult(2, RowStatus.NEW)])
    assert lines(name)[1:] == [["2", "new", "", "1", "", "", ""]]


@pytest.mark.parametrize("text", ["=1+1", "+1;cmd", "@x"])
def test_no_cell_is_a_formula(text: str) -> None:
    name = new_name("csv")
    row = AudienceRow(2, text, text, text, text)
    write_results(name, begin_results(name), [row], [RowResult(2, RowStatus.INVALID, "No.")])
    assert lines(name)[1][3:] == [f"'{text}"] * 4

"""The links of files."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns import link_sources
from campaigns.link_extraction import Found
from campaigns.link_sources import TooManyLinksError, limited, links_in_file, links_in_paste
from campaigns.spreadsheets import UnreadableTableError, write_workbook

LINK = "https://example.com/a?utm_source=sms"


def read(data: bytes | str, filename: str) -> Found:
    return links_in_file(io.BytesIO(data.encode() if isinstance(data, str) else data), filename)


def places(found: Found) -> list[str]:
    return [link.place for link in found.links]


@pytest.mark.parametrize(
    ("data", "filename", "place"),
    [
        (f"Name,URL\nTrial,{LINK}\n", "a.csv", "row 2, column “URL”"),
        (f"Name\tURL\nTrial\t{LINK}\n", "a.TSV", "row 2, column “URL”"),
        (f"Name,URL\nTrial,{LINK}\n".encode("utf-16"), "a.csv", "row 2, column “URL”"),
        (write_workbook([["Name", "URL"], [], ["Trial", LINK]]), "a.xlsx", "row 3, column “URL”"),
        (write_workbook([["Name", "URL"], ["Trial", LINK]]), "a.bin", "row 2, column “URL”"),
        (f"\n{LINK}", "a.txt", "line 2"),
        (f"\n{LINK}", "", "line 2"),
        (f'<p>\n<a href="{LINK}">', "a.html", "line 2"),
        (f'<!DOCTYPE html>\n<a href="{LINK}">', "a.txt", "line 2"),
    ],
)
def test_a_file_is_read_as_what_it_is(data: bytes | str, filename: str, place: str) -> None:
    found = read(data, filename)

    assert [link.url for link in found.links] == [LINK]
    assert places(found) == [place]


def test_a_table_keeps_its_rows_and_counts_those_without_a_link() -> None:
    found = read(f"Name,URL\nA,{LINK}\n\nB,none\n", "a.csv")

    assert found.rows == [["Name", "URL"], ["A", LINK], ["B", "none"]]
    assert found.left_out == {"rows without a link": 1}


def test_a_list_of_links_without_a_heading_loses_none() -> None:
    found = read(f"A,{LINK}\nB,{LINK}\n", "a.csv")

    assert places(found) == ["row 1, column “B”", "row 2, column “B”"]
    assert found.rows == [[], ["A", LINK], ["B", LINK]]


def test_of_a_corrected_file_each_row_counts_by_what_was_corrected() -> None:
    header = "Name,Corrected by,URL,Verdict,Mistakes,Corrected URL"
    mended = f"Trial,{LINK}&old=1,{LINK}&old=2,Corrected,“{LINK}” is wrong.,{LINK}&new=1"
    by_hand = f"Demo,,{LINK}&old=3,Correct by hand,Nobody knows.,"

    found = read(f"{header}\n{mended}\n{by_hand}\n", "a.csv")

    assert [link.url for link in found.links] == [f"{LINK}&new=1", f"{LINK}&old=3"]


@pytest.mark.parametrize("filename", ["a.csv", "a.xlsx", "a.html", "a.txt"])
def test_an_empty_file_is_refused(filename: str) -> None:
    with pytest.raises(UnreadableTableError):
        read(b"", filename)


@pytest.mark.parametrize("filename", ["a.csv", "a.html", "a.txt"])
def test_a_picture_is_refused(filename: str) -> None:
    with pytest.raises(UnreadableTableError, match="not text"):
        read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", filename)


def test_pasted_html_is_read_as_a_page() -> None:
    assert [link.url for link in links_in_paste(f' <table><td><a href="{LINK}">').links] == [LINK]


def test_too_many_links_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_sources, "MOST_LINKS", 2)

    assert limited(links_in_paste(f"{LINK} {LINK}")).links
    with pytest.raises(TooManyLinksError, match="There are 3 links; 2 are judged at once"):
        limited(links_in_paste(f"{LINK} {LINK} {LINK}"))


@given(st.binary(max_size=200), st.sampled_from(["a.csv", "a.html", "a.txt", ""]))
def test_a_file_is_read_or_refused(data: bytes, filename: str) -> None:
    try:
        found = read(data, filename)
    except UnreadableTableError:
        return
    assert all(link.url for link in found.links)

"""A file of links to be made, whoever wrote it."""

import io
import json

import pytest

from campaigns.spreadsheets import UnreadableTableError, write_workbook
from links import link_files
from links.link_files import read_link_file


def read(text: str, name: str = "links.csv"):
    return read_link_file(io.BytesIO(text.encode()), name)


def test_a_table_of_ours_is_read_by_its_columns() -> None:
    sheet = read("Destination URL,Code,colour\nhttps://a.example/,spring,red\n")
    assert sheet.rows == ({"destination_url": "https://a.example/", "code": "spring"},)
    assert [column.name for column in sheet.unknown] == ["colour"]


def test_a_workbook_is_read_like_a_table() -> None:
    content = write_workbook([["destination_url"], ["https://a.example/"]])
    sheet = read_link_file(io.BytesIO(content), "links.xlsx")
    assert sheet.rows == ({"destination_url": "https://a.example/"},)


def test_an_export_is_read_as_rows_of_ours_and_says_whose_it_is() -> None:
    sheet = read(
        "createdAt,domain,shortCode,shortUrl,longUrl,title,tags,visits\n"
        "2023-01-05T12:00:00+00:00,s.acme.com,spring,https://s.acme.com/spring,https://a.example/,"
        "Poster,a|b,7\n"
    )
    assert sheet.rows == (
        {
            "domain": "s.acme.com",
            "code": "spring",
            "destination_url": "https://a.example/",
            "title": "Poster",
            "tags": "a|b",
            "created_at": "2023-01-05T12:00:00+00:00",
            "imported_from": "shlink",
        },
    )
    assert "Read as an export of Shlink" in sheet.notes[0]


def test_an_apis_answer_is_read_as_an_export() -> None:
    answer = {
        "limit": 10,
        "data": [{"address": "=1+1", "target": "https://a.example/", "password": False}],
    }
    (row,) = read(json.dumps(answer), "links.json").rows
    assert row == {
        "code": "=1+1",
        "destination_url": "https://a.example/",
        "imported_from": "kutt",
    }


def test_columns_of_nobody_known_are_refused_with_what_would_be_read() -> None:
    with pytest.raises(UnreadableTableError, match=r"destination_url.*Bitly.*YOURLS"):
        read("name,address\nx,y\n")


def test_too_many_rows_are_refused(monkeypatch) -> None:
    monkeypatch.setattr(link_files, "MOST_ROWS", 1)
    with pytest.raises(UnreadableTableError, match="more than 1 rows"):
        read("destination_url\nhttps://a.example/\nhttps://b.example/\n")

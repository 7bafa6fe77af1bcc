"""Other shorteners' exports as rows of new links."""

import json

import pytest

from campaigns.spreadsheets import UnreadableTableError
from links.shortener_exports import READERS, reader_of
from links.shortener_exports.export_rows import split_address
from links.shortener_exports.json_tables import is_json, json_rows

HEADERS = {
    "bitly": ["bitlink", "long_url", "title", "tags", "created"],
    "dub": ["short_link", "destination_url", "clicks", "created_at"],
    "kutt": ["id", "address", "target", "visit_count"],
    "shlink": [
        "createdat",
        "domain",
        "shortcode",
        "shorturl",
        "longurl",
        "title",
        "tags",
        "visits",
    ],
    "yourls": ["keyword", "url", "title", "timestamp", "ip", "clicks"],
}


def read(name: str, **row: str) -> dict[str, str]:
    return next(reader for reader in READERS if reader.name == name).read(row)


@pytest.mark.parametrize("name", HEADERS)
def test_every_export_is_known_by_its_columns(name) -> None:
    found = reader_of(HEADERS[name])
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("dub", ["shortlink", "domain", "key", "url", "utm_source"]),
        ("bitly", ["created_at", "id", "link", "custom_bitlinks", "long_url", "archived"]),
        ("shlink", ["shorturl", "shortcode", "longurl", "datecreated"]),
        ("yourls", ["source", "target", "hits"]),
    ],
)
def test_what_an_api_or_a_plugin_gives_is_known_too(name, header) -> None:
    found = reader_of(header)
    assert found is not None
    assert found.name == name


def test_a_table_of_ours_is_nobodys_export() -> None:
    assert reader_of(["destination_url", "code", "title"]) is None


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.name)
def test_every_column_a_reader_is_known_by_is_read(reader) -> None:
    for sign in reader.signs:
        assert sign - {"hits"} <= set(reader.columns)


@pytest.mark.parametrize(
    ("address", "host", "code"),
    [
        ("https://go.acme.com/abc", "go.acme.com", "abc"),
        ("bit.ly/abc/", "bit.ly", "abc"),
        ("https://s.acme.com/docs/intro?x=1#y", "s.acme.com", "docs/intro"),
        ("", "", ""),
    ],
)
def test_a_short_address_is_host_and_code(address, host, code) -> None:
    assert split_address(address) == (host, code)


def test_bitly_prefers_the_back_half_on_ones_own_domain() -> None:
    assert read(
        "bitly",
        link="https://bit.ly/3xYz",
        custom_bitlinks="https://go.acme.com/spring|https://go.acme.com/other",
        long_url="https://www.acme.com/",
        tags="a, b",
        archived="True",
        created_at="2020-10-26T17:20:40+0000",
    ) == {
        "domain": "go.acme.com",
        "code": "spring",
        "destination_url": "https://www.acme.com/",
        "tags": "a, b",
        "created_at": "2020-10-26T17:20:40+0000",
        "is_archived": "yes",
    }


def test_bitly_without_one_keeps_the_bitlink() -> None:
    row = read("bitly", bitlink="bit.ly/3xYz", long_url="https://www.acme.com/", archived="False")
    assert (row["domain"], row["code"]) == ("bit.ly", "3xYz")
    assert "is_archived" not in row


def test_dub_brings_utm_values_and_expiry_along() -> None:
    row = read(
        "dub",
        shortlink="https://go.acme.com/spring",
        key="spring",
        domain="go.acme.com",
        url="https://www.acme.com/",
        expiresat="2027-01-01T00:00:00.000Z",
        expiredurl="https://www.acme.com/over",
        utm_source="sms",
    )
    assert row["expires_at"] == "2027-01-01T00:00:00.000Z"
    assert row["fallback_url"] == "https://www.acme.com/over"
    assert row["utm_source"] == "sms"


@pytest.mark.parametrize("name", ["dub", "kutt"])
def test_a_link_behind_a_password_does_not_come_along(name) -> None:
    assert "password" in read(name, password="true")["refusal"]
    assert "refusal" not in read(name, password="false")


def test_a_banned_link_of_kutt_stays_banned() -> None:
    assert "banned" in read("kutt", banned="true")["refusal"]


def test_kutt_gives_code_target_and_description() -> None:
    assert read(
        "kutt",
        link="https://k.acme.com/spring",
        address="spring",
        target="https://www.acme.com/",
        description="Poster",
        expire_in="null",
    ) == {
        "domain": "k.acme.com",
        "code": "spring",
        "destination_url": "https://www.acme.com/",
        "title": "Poster",
    }


def test_shlink_gives_tags_and_the_domain() -> None:
    row = read(
        "shlink",
        shortcode="spring",
        domain="s.acme.com",
        longurl="https://www.acme.com/",
        tags="a|b",
        createdat="2023-01-05T12:00:00+00:00",
    )
    assert (row["domain"], row["code"], row["tags"]) == ("s.acme.com", "spring", "a|b")


def test_the_plugin_of_yourls_writes_codes_between_slashes() -> None:
    row = read("yourls", source="/spring/", target="https://www.acme.com/")
    assert row == {"code": "spring", "destination_url": "https://www.acme.com/"}


@pytest.mark.parametrize("start", [b"[{", b" \n{", b"\xef\xbb\xbf{"])
def test_json_is_told_by_how_it_begins(start) -> None:
    assert is_json(start)


def test_a_table_is_not_json() -> None:
    assert not is_json(b"keyword,url")


@pytest.mark.parametrize("wrap", [lambda x: x, lambda x: {"total": 1, "shortUrls": {"data": x}}])
def test_the_list_of_links_is_found_in_an_apis_answer(wrap) -> None:
    links = [{"a": 1, "tags": [{"name": "x"}, "y"]}, {"a": None, "b": True}]
    rows = list(json_rows(json.dumps(wrap(links)).encode()))
    assert rows == [["a", "tags", "b"], ["1", "x|y", ""], ["", "", "True"]]


@pytest.mark.parametrize("content", [b"{", b"{}", b"[]", b'["a"]', b"[" * 100_000])
def test_json_without_links_is_refused(content) -> None:
    with pytest.raises(UnreadableTableError, match="JSON"):
        list(json_rows(content))

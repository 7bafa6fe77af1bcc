"""The cells of a table as a link's values."""

from datetime import UTC, datetime

import pytest

from links.models import Link
from links.row_values import faults_of, read_values


def read(**row: str):
    values, errors = read_values(row)
    assert not errors
    return values


def refused(**row: str) -> tuple[str, str]:
    values, (error,) = read_values(row)
    assert error.field not in values
    return error.field, error.message


def test_empty_cells_say_nothing() -> None:
    assert read(destination_url="https://a.example/", title="", expires_at="") == {
        "destination_url": "https://a.example/"
    }


def test_every_kind_of_cell_is_read() -> None:
    assert read(tags="B; a", passes_query="no", tap_limit="10", is_archived="TRUE") == {
        "tags": ["a", "b"],
        "passes_query": False,
        "tap_limit": 10,
        "is_archived": True,
    }


@pytest.mark.parametrize(
    ("column", "text", "moment"),
    [
        ("starts_at", "2026-06-30", datetime(2026, 6, 30, tzinfo=UTC)),
        ("expires_at", "2026-06-30", datetime(2026, 7, 1, tzinfo=UTC)),
        ("expires_at", "2026-06-30 10:00", datetime(2026, 6, 30, 10, tzinfo=UTC)),
        ("created_at", "2020-10-26T17:20:40+0000", datetime(2020, 10, 26, 17, 20, 40, tzinfo=UTC)),
        ("created_at", "2023-01-05T12:00:00.000Z", datetime(2023, 1, 5, 12, tzinfo=UTC)),
    ],
)
def test_a_day_alone_starts_when_it_begins_and_expires_when_it_is_over(
    settings, column, text, moment
) -> None:
    settings.TIME_ZONE = "UTC"
    assert read(**{column: text})[column] == moment


@pytest.mark.parametrize(
    ("column", "text", "words"),
    [
        ("tags", "x" * 50, "too long"),
        ("passes_query", "perhaps", "neither yes nor no"),
        ("tap_limit", "0", "whole number from 1"),
        ("tap_limit", "many", "whole number from 1"),
        ("tap_limit", "99999999999", "whole number from 1"),
        ("starts_at", "soon", "is not a time"),
        ("expires_at", "31.12.2026", "is not a time"),
    ],
)
def test_a_cell_that_cannot_be_read_is_named_with_its_reason(column, text, words) -> None:
    field, message = refused(**{column: text})
    assert field == column
    assert words in message


def test_what_the_links_own_fields_refuse_is_named() -> None:
    link = Link(destination_url="https://a.example/", utm_source="x" * 60, title="y" * 200)
    assert {error.field for error in faults_of(link)} == {"utm_source", "title"}


def test_a_good_link_has_no_faults() -> None:
    assert faults_of(Link(destination_url="https://a.example/")) == []

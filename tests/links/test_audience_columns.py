"""Which column holds what."""

import pytest

from links.audience_columns import AudienceFileError, find_columns, row_of_cells, row_of_values
from links.audience_rows import AudienceRow


@pytest.mark.parametrize(
    ("tool", "header"),
    [
        ("ours", ["phone", "email", "external_id", "name"]),
        ("HubSpot", ["Phone Number", "Email", "Record ID", "First Name"]),
        ("Salesforce", ["Mobile Phone", "E-mail", "Contact ID", "Full Name"]),
        ("Twilio", ["To", "Email Address", "ID", "Contact Name"]),
    ],
)
def test_the_columns_of_peoples_tools_are_known(tool: str, header: list[str]) -> None:
    places = find_columns(header)
    row = row_of_cells(2, ["1", "a@b.example", "7", "Ann"], places)
    assert row == AudienceRow(2, "1", "a@b.example", "7", "Ann"), tool


def test_the_mobile_number_counts_before_the_other_and_an_empty_one_does_not() -> None:
    places = find_columns(["Phone Number", "Mobile Phone Number"])
    assert row_of_cells(2, ["1", "2"], places).phone == "2"
    assert row_of_cells(3, ["1", ""], places).phone == "1"


def test_first_and_last_name_make_a_name() -> None:
    places = find_columns(["phone", "First Name", "Last Name"])
    assert row_of_cells(2, ["1", "Ann", "Lee"], places).name == "Ann Lee"
    assert row_of_cells(2, ["1", "", "Lee"], places).name == "Lee"


def test_objects_are_spelt_like_columns() -> None:
    row = row_of_values(1, {"Mobile": "1", "E-Mail": "a@b.example", "shoe size": "44"})
    assert row == AudienceRow(1, "1", "a@b.example")


def test_a_header_without_a_phone_is_refused_with_what_was_found() -> None:
    with pytest.raises(AudienceFileError, match="“Handle”, “Town”") as caught:
        find_columns(["Handle", "Town"])
    assert "Name one of them “phone”" in str(caught.value)


def test_of_very_many_columns_some_are_named() -> None:
    with pytest.raises(AudienceFileError, match="and 88 more"):
        find_columns([f"column {number}" for number in range(100)])


def test_a_file_without_a_header_is_told_to_have_one() -> None:
    with pytest.raises(AudienceFileError, match="a person already"):
        find_columns(["Ann", "+1 (415) 555-0100"])

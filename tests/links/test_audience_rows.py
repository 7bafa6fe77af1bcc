"""One person of an audience."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campaigns.phone_numbers import InvalidPhoneError
from links.audience_rows import AudienceRow, RowRefusedError, checked, row_of_line


@given(st.integers(1), st.text(), st.text(), st.text(), st.text())
def test_a_row_comes_back_from_its_line_but_for_blanks(
    number: int, phone: str, email: str, external_id: str, name: str
) -> None:
    line = AudienceRow(number, phone, email, external_id, name).line()
    assert line.count(b"\n") == 1
    assert row_of_line(line).line() == line


def test_words_stay_apart_and_lines_become_one() -> None:
    row = row_of_line(AudienceRow(7, "+1 415", name="Ann\n\tLee\0").line())
    assert row == AudienceRow(7, "+1 415", name="Ann Lee")


def test_a_row_is_stored_in_one_form() -> None:
    row = checked(AudienceRow(2, "(415) 555-0100", "Ann@Example.com", "7", "Ann"))
    assert row == AudienceRow(2, "+14155550100", "ann@example.com", "7", "Ann")


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(InvalidPhoneError):
        checked(AudienceRow(2, "nonsense"))


@pytest.mark.parametrize("phone", ["1.41556E+10", "4,41E+11"])
def test_a_number_that_a_spreadsheet_shortened_is_told_as_that(phone: str) -> None:
    with pytest.raises(RowRefusedError, match="format the column as text"):
        checked(AudienceRow(2, phone))


@pytest.mark.parametrize(("name", "longest"), [("email", 254), ("external_id", 120), ("name", 120)])
def test_too_long_a_value_is_refused(name: str, longest: int) -> None:
    row = AudienceRow(2, "+14155550100", **{name: "@" * longest})
    assert checked(row)
    with pytest.raises(RowRefusedError, match=f"{name} is longer than {longest}"):
        checked(row._replace(**{name: "@" * (longest + 1)}))


def test_an_email_without_an_at_is_refused() -> None:
    with pytest.raises(RowRefusedError, match="“nobody” is not an e-mail address"):
        checked(AudienceRow(2, "+14155550100", "nobody"))

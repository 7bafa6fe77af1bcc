"""Phone numbers: one form, masked, hashed."""

import pytest

from campaigns.phone_numbers import InvalidPhoneError, hash_phone, mask_phone, normalise_phone


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("+14155550123", "+14155550123"),
        ("(415) 555-0123", "+14155550123"),
        ("1 415 555 0123", "+14155550123"),
        ("+49 30 901820", "+4930901820"),
        ("+442083661177", "+442083661177"),
    ],
)
def test_the_same_number_has_one_form(text: str, e164: str) -> None:
    assert normalise_phone(text) == e164


def test_a_national_number_is_read_as_of_its_region() -> None:
    assert normalise_phone("030 901820", region="DE") == "+4930901820"


@pytest.mark.parametrize(
    "text", ["", "hello", "12", "+1", "+999123456789", "+1415555012345678", "415-555-0123 ext. 7"]
)
def test_what_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidPhoneError):
        normalise_phone(text)


def test_a_masked_number_shows_its_last_two_digits() -> None:
    assert mask_phone("+14155550123") == "+•••••••••23"


def test_nothing_masks_to_nothing() -> None:
    assert mask_phone("") == ""


def test_equal_numbers_hash_alike_under_one_key_only() -> None:
    first = hash_phone("+14155550123", "key")

    assert first == hash_phone("+14155550123", "key")
    assert first != hash_phone("+14155550123", "other")
    assert first != hash_phone("+14155550124", "key")
    assert len(first) == 64

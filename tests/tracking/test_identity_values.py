"""What people are known by, in one plain form each."""

import pytest

from tracking.identity_values import UnusableIdentityError, normalise_key


def test_an_email_is_case_folded() -> None:
    assert normalise_key("email", " Ana@Example.COM ").value == "ana@example.com"


def test_a_phone_number_becomes_e164() -> None:
    assert normalise_key("phone", "(415) 555-0123").value == "+14155550123"


def test_a_visitor_id_is_kept_as_it_came() -> None:
    assert normalise_key("visitor", "aB3-x").value == "aB3-x"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("visitor", "null"),
        ("visitor", "Undefined"),
        ("visitor", "anonymous"),
        ("visitor", "  "),
        ("visitor", "00000000-0000-0000-0000-000000000000"),
        ("crm", "acme:null"),
        ("crm", "acme:000"),
        ("email", "anonymous"),
        ("email", "not an address"),
        ("email", "two@at@example.com"),
        ("phone", "12"),
        ("visitor", "x" * 321),
    ],
)
def test_a_placeholder_or_malformed_value_is_refused(kind: str, value: str) -> None:
    with pytest.raises(UnusableIdentityError):
        normalise_key(kind, value)


@pytest.mark.parametrize(
    "address",
    ["info@example.com", "sales@example.com", "Test@example.com", "test1@x.io", "null@x.io"],
)
def test_shared_and_test_mailboxes_are_blocked(address: str) -> None:
    assert normalise_key("email", address).is_blocked


def test_a_personal_mailbox_is_not_blocked() -> None:
    assert not normalise_key("email", "tester.ana@example.com").is_blocked

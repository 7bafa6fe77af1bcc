"""Access tokens at rest."""

import pytest
from django.test import override_settings

from links.secrets import UnreadableSecretError, decrypt_secret, encrypt_secret


def test_a_token_comes_back_as_it_went_in() -> None:
    assert decrypt_secret(encrypt_secret("pat-eu1-秘密")) == "pat-eu1-秘密"


def test_the_stored_text_does_not_show_the_token() -> None:
    assert "pat-eu1" not in encrypt_secret("pat-eu1-1234")


def test_no_token_is_stored_as_nothing() -> None:
    assert encrypt_secret("") == ""
    assert decrypt_secret("") == ""


def test_another_secret_key_cannot_read_the_token() -> None:
    stored = encrypt_secret("pat-eu1-1234")
    with (
        override_settings(SECRET_KEY="another-key-of-another-installation"),
        pytest.raises(UnreadableSecretError, match="Enter it again"),
    ):
        decrypt_secret(stored)


def test_a_damaged_token_is_refused() -> None:
    with pytest.raises(UnreadableSecretError):
        decrypt_secret(encrypt_secret("pat-eu1-1234")[:-4] + "AAAA")

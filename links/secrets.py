"""Encryption of access tokens and signing keys at rest, with a key derived from the installation's SECRET_KEY.

Fernet (https://github.com/fernet/spec): AES-128-CBC with HMAC-SHA256. The key comes from
SECRET_KEY by HKDF (RFC 5869) with a label of its own, so it serves nothing else.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_LABEL = b"textrail stored secret 1"


class UnreadableSecretError(Exception):
    """The stored token was encrypted under another SECRET_KEY, or was damaged."""


def encrypt_secret(text: str) -> str:
    """Return the ciphertext of an access token; empty stays empty."""
    return _fernet().encrypt(text.encode()).decode("ascii") if text else ""


def decrypt_secret(ciphertext: str) -> str:
    """Return the access token behind its ciphertext; empty stays empty.

    Raises:
        UnreadableSecretError: the ciphertext does not fit this installation's key.
    """
    if not ciphertext:
        return ""
    try:
        return _fernet().decrypt(ciphertext.encode()).decode()
    except InvalidToken as error:
        raise UnreadableSecretError(
            "The stored access token cannot be read with this SECRET_KEY. Enter it again."
        ) from error


def _fernet() -> Fernet:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=_LABEL)
    return Fernet(base64.urlsafe_b64encode(derivation.derive(settings.SECRET_KEY.encode())))

"""Signatures of webhook messages, as https://www.standardwebhooks.com/ says.

The signed text is the message's id, the attempt's time and the body, joined by full stops, so that
neither can be swapped or sent again much later. A key is shown as `whsec_` and its base64.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_KEY_BYTES = 32


def new_secret() -> str:
    """Return a new signing key in the form receivers put into their settings."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_KEY_BYTES)).decode("ascii")


def sign(*, secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature, `v1,…`."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    text = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode("ascii")


def signed_headers(
    *, keys: Iterable[str], message_id: str, timestamp: int, body: bytes
) -> dict[str, str]:
    """Return the three headers, with a signature by each of the keys that hold now."""
    signatures = (
        sign(secret=key, message_id=message_id, timestamp=timestamp, body=body) for key in keys
    )
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }

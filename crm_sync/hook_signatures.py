"""Who signed a webhook: each platform's own rule. Pure.

HubSpot v3 (developers.hubspot.com, “Validating requests”): Base64 of HMAC-SHA256, keyed with the
app's client secret, over method + full address + raw body + the timestamp header; older than
five minutes is refused. Pipedrive signs nothing and sends HTTP basic authentication (RFC 7617).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from urllib.parse import unquote

WINDOW: Final = timedelta(minutes=5)
BASIC_USER: Final = "textrail"


def is_from_hubspot(
    *, secret: str, address: str, body: bytes, headers: Mapping[str, str], now: datetime
) -> bool:
    """Tell whether HubSpot signed a POST of `body` to `address` within the last five minutes."""
    said = headers.get("X-HubSpot-Signature-v3", "")
    stamp = headers.get("X-HubSpot-Request-Timestamp", "")
    sent_at = _moment(stamp)
    if not secret or not said or sent_at is None or abs(now - sent_at) > WINDOW:
        return False
    text = b"POST" + unquote(address).encode() + body + stamp.encode()
    signature = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest())
    return hmac.compare_digest(signature, said.encode())


def is_from_basic_user(*, secret: str, headers: Mapping[str, str]) -> bool:
    """Tell whether a request carries our user name and the secret as its password."""
    expected = base64.b64encode(f"{BASIC_USER}:{secret}".encode())
    kind, _, said = headers.get("Authorization", "").partition(" ")
    is_basic = bool(secret) and kind.lower() == "basic"
    return is_basic and hmac.compare_digest(expected, said.strip().encode())


def _moment(milliseconds: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(int(milliseconds) / 1000, tz=UTC)
    except (ValueError, OverflowError, OSError):
        return None

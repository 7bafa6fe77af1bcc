"""Signatures are those of Standard Webhooks: the published vector, the official library."""

from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from links.webhook_signatures import new_secret, sign, signed_headers

VECTOR = {
    "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "message_id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "timestamp": 1614265330,
    "body": b'{"test": 2432232314}',
}


def test_the_published_vector() -> None:
    assert sign(**VECTOR) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def headers_now(*keys: str, body: bytes = b'{"a":1}') -> dict[str, str]:
    timestamp = int(datetime.now(UTC).timestamp())
    return signed_headers(keys=keys, message_id="one", timestamp=timestamp, body=body)


def test_receivers_with_the_old_and_with_the_new_key_take_the_same_message() -> None:
    old, new = new_secret(), new_secret()
    headers = headers_now(new, old)
    for key in (old, new):
        assert Webhook(key).verify(b'{"a":1}', headers) == {"a": 1}


def test_a_changed_body_is_refused() -> None:
    key = new_secret()
    with pytest.raises(WebhookVerificationError):
        Webhook(key).verify(b'{"a":2}', headers_now(key))


def test_keys_are_long_and_differ() -> None:
    assert len({new_secret() for _ in range(9)}) == 9
    assert all(len(new_secret()) == len("whsec_") + 44 for _ in range(9))

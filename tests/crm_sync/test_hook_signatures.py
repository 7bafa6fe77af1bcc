"""The vendors' own vectors, and every way in which a signature is refused."""

import base64
from datetime import UTC, datetime, timedelta

import pytest

from crm_sync.hook_signatures import is_from_basic_user, is_from_hubspot

# From the tests of HubSpot's Python SDK (hubspot-api-python, Apache-2.0)
SECRET = "yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
ADDRESS = "https://www.example.com/webhook_uri"
BODY = b"{'example_field':'example_value'}"
STAMP = "1693657560000"
SIGNATURE = "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="
SENT_AT = datetime.fromtimestamp(int(STAMP) / 1000, tz=UTC)


def is_hubspot(
    *,
    secret: str = SECRET,
    address: str = ADDRESS,
    body: bytes = BODY,
    signature: str = SIGNATURE,
    stamp: str = STAMP,
    now: datetime = SENT_AT,
) -> bool:
    headers = {"X-HubSpot-Signature-v3": signature, "X-HubSpot-Request-Timestamp": stamp}
    return is_from_hubspot(secret=secret, address=address, body=body, headers=headers, now=now)


def test_hubspots_own_vector() -> None:
    assert is_hubspot()


@pytest.mark.parametrize("minutes", [-5, 5])
def test_five_minutes_are_allowed(minutes: int) -> None:
    assert is_hubspot(now=SENT_AT + timedelta(minutes=minutes))


@pytest.mark.parametrize("seconds", [-301, 301])
def test_older_or_later_is_refused(seconds: int) -> None:
    assert not is_hubspot(now=SENT_AT + timedelta(seconds=seconds))


def test_another_body_is_refused() -> None:
    assert not is_hubspot(body=BODY + b" ")


def test_another_address_is_refused() -> None:
    assert not is_hubspot(address=ADDRESS + "?x=1")


def test_another_secret_is_refused() -> None:
    assert not is_hubspot(secret=SECRET + "y")


def test_without_a_secret_everything_is_refused() -> None:
    assert not is_hubspot(secret="")


def test_another_timestamp_is_refused() -> None:
    assert not is_hubspot(stamp=str(int(STAMP) + 1))


@pytest.mark.parametrize("stamp", ["", "now", "9" * 40])
def test_an_unreadable_timestamp_is_refused(stamp: str) -> None:
    assert not is_hubspot(stamp=stamp)


@pytest.mark.parametrize("signature", ["", "é", SIGNATURE[:-1]])
def test_a_missing_or_odd_signature_is_refused(signature: str) -> None:
    assert not is_hubspot(signature=signature)


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


def test_the_user_and_the_password_let_in() -> None:
    assert is_from_basic_user(secret="s3cret", headers=basic("textrail:s3cret"))


@pytest.mark.parametrize(
    "headers", [{}, basic("textrail:other"), basic("root:s3cret"), {"Authorization": "Bearer x"}]
)
def test_anything_else_is_refused(headers: dict[str, str]) -> None:
    assert not is_from_basic_user(secret="s3cret", headers=headers)


def test_an_empty_password_is_refused() -> None:
    assert not is_from_basic_user(secret="", headers=basic("textrail:"))

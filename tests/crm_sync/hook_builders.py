"""Builders of webhook deliveries as HubSpot signs and sends them."""

import base64
import hashlib
import hmac
import json
from datetime import datetime
from typing import Any

from crm_sync.hooks import hook_address, receive_delivery
from crm_sync.models import Connection, HookDelivery
from crm_sync.sandbox.server import Sandbox
from links.secrets import encrypt_secret
from tests.crm_sync.sandbox_builders import NOW, a_synced_connection

SECRET = "app-client-secret"


def a_hooked_connection(crm: Sandbox, **fields: Any) -> Connection:
    """Make a connection to the sandbox whose webhook is set up."""
    return a_synced_connection(crm, hook_secret=encrypt_secret(SECRET), **fields)


def an_event(kind: str, happened: str, key: str) -> dict[str, Any]:
    """Return one event of a delivery."""
    return {"subscriptionType": f"{kind}.{happened}", "objectId": int(key), "eventId": 1}


def signed(
    connection: Connection, body: bytes, *, now: datetime = NOW, secret: str = SECRET
) -> dict[str, str]:
    """Return the headers with which HubSpot sends a body."""
    stamp = str(round(now.timestamp() * 1000))
    text = b"POST" + hook_address(connection).encode() + body + stamp.encode()
    digest = hmac.new(secret.encode(), text, hashlib.sha256).digest()
    return {
        "X-HubSpot-Signature-v3": base64.b64encode(digest).decode(),
        "X-HubSpot-Request-Timestamp": stamp,
    }


def deliver(connection: Connection, *events: dict[str, Any], now: datetime = NOW) -> HookDelivery:
    """Receive a signed delivery of these events."""
    body = json.dumps(list(events)).encode()
    return receive_delivery(
        connection=connection, body=body, headers=signed(connection, body, now=now), now=now
    )

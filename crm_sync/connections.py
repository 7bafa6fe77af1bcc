"""Setting a CRM connection up, and opening it."""

from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from crm_sync.http import ApiError, ErrorCategory
from crm_sync.models import Connection
from crm_sync.providers.base import PROVIDERS, Account, Provider, open_provider
from links.secrets import decrypt_secret, encrypt_secret


class ConnectionExistsError(Exception):
    """A connection of this short name is there already."""


class AddressNotAllowedError(Exception):
    """The address is not one to which an access token may be sent."""


def create_connection(*, connection: Connection, secret: str = "", now: datetime) -> Connection:
    """Store a new connection with its token; one fetched over the network is due at once.

    Raises:
        ConnectionExistsError: the slug is taken.
        AddressNotAllowedError: the address is neither https nor this machine.
    """
    check_base_url(connection.base_url)
    if Connection.objects.filter(slug=connection.slug).exists():
        raise ConnectionExistsError(f"There is already a connection “{connection.slug}”.")
    connection.secret = encrypt_secret(secret)
    connection.next_sync_at = now if PROVIDERS[connection.provider].path else None
    connection.save()
    return connection


def check_base_url(base_url: str) -> None:
    """Refuse an address over which an access token would travel in the clear.

    Raises:
        AddressNotAllowedError: it is neither https nor this machine.
    """
    parts = urlsplit(base_url)
    is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "localhost", "::1"}
    if base_url and not is_local and (parts.scheme != "https" or not parts.hostname):
        raise AddressNotAllowedError(
            f"{base_url} must begin with https://, since the access token is sent there."
        )


def set_secret(*, connection: Connection, secret: str, now: datetime) -> None:
    """Store a new access token, encrypted, and make the connection due again."""
    connection.secret = encrypt_secret(secret)
    connection.next_sync_at = now if PROVIDERS[connection.provider].path else None
    connection.save(update_fields=["secret", "next_sync_at"])


def open_connection(connection: Connection) -> Provider:
    """Return the provider of a connection, ready to ask.

    Raises:
        ProviderNotSyncableError: the connection is fed by files.
        UnreadableSecretError: the token was encrypted under another SECRET_KEY.
        ApiError: there is no token yet, or the address may not be sent one.
    """
    kind = PROVIDERS[connection.provider]
    token = decrypt_secret(connection.secret)
    try:
        check_base_url(connection.base_url)
    except AddressNotAllowedError as error:
        raise ApiError(str(error), category=ErrorCategory.CONFIGURATION) from error
    if kind.path and not token:
        raise ApiError(
            "This connection has no access token yet.", category=ErrorCategory.CONFIGURATION
        )
    account = Account(
        base_url=connection.base_url or kind.base_url,
        token=token,
        currency=connection.settings.get("currency") or settings.REPORTING_CURRENCY,
        settings=connection.settings,
    )
    return open_provider(connection.provider, account)


def test_connection(*, connection: Connection) -> datetime:
    """Prove that a connection may read all that a sync reads. Return the CRM's time.

    Raises:
        ProviderNotSyncableError, UnreadableSecretError, ApiError: why it may not.
    """
    return open_connection(connection).check_access()

"""Setting a connection up, and opening it."""

import pytest

from crm_sync import connections
from crm_sync.connections import (
    AddressNotAllowedError,
    ConnectionExistsError,
    check_base_url,
    create_connection,
    open_connection,
    set_secret,
)
from crm_sync.http import ApiError, ErrorCategory
from crm_sync.models import Connection
from crm_sync.providers.base import ProviderNotSyncableError
from crm_sync.sandbox.server import Sandbox
from links.secrets import UnreadableSecretError, decrypt_secret
from tests.crm_sync.builders import a_connection
from tests.crm_sync.sandbox_builders import NOW, a_synced_connection

pytestmark = pytest.mark.django_db


def a_draft(**fields: str) -> Connection:
    given = {"slug": "acme", "name": "Acme", "provider": "hubspot", **fields}
    return Connection(**given)


def test_a_new_connection_is_due_and_its_token_encrypted() -> None:
    made = create_connection(connection=a_draft(), secret="pat-1", now=NOW)
    stored = Connection.objects.due(now=NOW).get()
    assert stored == made
    assert (decrypt_secret(stored.secret), "pat-1" in stored.secret) == ("pat-1", False)


def test_a_file_connection_is_never_due() -> None:
    create_connection(connection=a_draft(provider="csv_file"), now=NOW)
    assert not Connection.objects.due(now=NOW).exists()


def test_a_short_name_is_given_once() -> None:
    create_connection(connection=a_draft(), now=NOW)
    with pytest.raises(ConnectionExistsError, match="“acme”"):
        create_connection(connection=a_draft(), now=NOW)


@pytest.mark.parametrize(
    "address", ["", "https://api.hubapi.com", "http://127.0.0.1:8400", "http://localhost"]
)
def test_safe_addresses_are_accepted(address: str) -> None:
    check_base_url(address)


@pytest.mark.parametrize("address", ["http://api.hubapi.com", "https://", "ftp://x", "hubapi"])
def test_the_token_is_not_sent_in_the_clear(address: str) -> None:
    with pytest.raises(AddressNotAllowedError, match="must begin with https"):
        create_connection(connection=a_draft(base_url=address), now=NOW)


def test_an_address_changed_behind_our_back_is_not_opened() -> None:
    connection = a_connection(base_url="http://evil.example")
    set_secret(connection=connection, secret="pat-1", now=NOW)
    with pytest.raises(ApiError, match="must begin with https") as caught:
        open_connection(connection)
    assert caught.value.category is ErrorCategory.CONFIGURATION


def test_a_new_token_makes_the_connection_due() -> None:
    connection = a_connection()
    set_secret(connection=connection, secret="pat-2", now=NOW)
    assert decrypt_secret(Connection.objects.due(now=NOW).get().secret) == "pat-2"


def test_a_connection_without_a_token_is_not_opened() -> None:
    with pytest.raises(ApiError, match="no access token yet") as caught:
        open_connection(a_connection())
    assert caught.value.category is ErrorCategory.CONFIGURATION


def test_a_token_of_another_installation_is_not_opened() -> None:
    with pytest.raises(UnreadableSecretError):
        open_connection(a_connection(secret="gAAAA"))


def test_a_file_connection_is_not_opened() -> None:
    with pytest.raises(ProviderNotSyncableError):
        open_connection(a_connection(provider="csv_file"))


def test_a_connection_that_works_tells_the_crms_time(crm: Sandbox) -> None:
    crm.set_clock(NOW)
    assert connections.test_connection(connection=a_synced_connection(crm)) == NOW


def test_a_connection_that_does_not_work_says_why(crm: Sandbox) -> None:
    connection = a_synced_connection(crm)
    set_secret(connection=connection, secret="wrong", now=NOW)
    with pytest.raises(ApiError, match="does not accept the access token"):
        connections.test_connection(connection=connection)

"""The table of providers."""

import pytest
from django.utils.module_loading import import_string

from crm_sync.models import Connection
from crm_sync.providers.base import (
    PROVIDERS,
    Account,
    ProviderNotSyncableError,
    open_provider,
)

ACCOUNT = Account("https://crm.example", "token", "USD", {})


def test_every_choice_of_a_connection_has_its_line() -> None:
    assert dict(Connection.Provider.choices) == {k: p.label for k, p in PROVIDERS.items()}


@pytest.mark.parametrize("kind", [kind for kind, found in PROVIDERS.items() if found.path])
def test_every_path_leads_to_a_class_that_opens(kind: str) -> None:
    assert isinstance(open_provider(kind, ACCOUNT), import_string(PROVIDERS[kind].path))


def test_a_file_is_not_opened_as_an_account() -> None:
    with pytest.raises(ProviderNotSyncableError, match="importing files"):
        open_provider("csv_file", ACCOUNT)

"""Builders of what a sandbox CRM holds, and of the connection that reads it."""

from datetime import UTC, datetime
from typing import Any

from crm_sync.http import CrmClient
from crm_sync.models import Connection, Deal, SyncRun
from crm_sync.providers.base import Account
from crm_sync.providers.hubspot import HubSpotProvider
from crm_sync.sandbox.server import Sandbox
from crm_sync.services import sync_connection
from links.secrets import encrypt_secret

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)


def a_client(crm: Sandbox, **options: Any) -> CrmClient:
    """Return a client of the sandbox that remembers nothing."""
    given = {"base_url": crm.base_url, "token": crm.token, "service": "HubSpot", **options}
    return CrmClient(**given)


def a_provider(crm: Sandbox) -> HubSpotProvider:
    """Return the HubSpot provider for the sandbox."""
    return HubSpotProvider(Account(crm.base_url, crm.token, "USD", {}))


def a_synced_connection(crm: Sandbox, **fields: Any) -> Connection:
    """Make a connection to the sandbox."""
    given = {
        "slug": "acme-hubspot",
        "name": "Acme HubSpot",
        "provider": Connection.Provider.HUBSPOT,
        "base_url": crm.base_url,
        "secret": encrypt_secret(crm.token),
        "next_sync_at": NOW,
        **fields,
    }
    return Connection.objects.create(**given)


def a_sync(connection: Connection, **options: Any) -> SyncRun:
    """Sync a connection once, by hand, at NOW unless said otherwise."""
    given = {"trigger": SyncRun.Trigger.MANUAL, "now": NOW, **options}
    return sync_connection(connection=connection, **given)


def seed_company(crm: Sandbox, key: str = "11", name: str = "Acme") -> None:
    """Put a company in."""
    crm.seed([{"kind": "companies", "id": key, "properties": {"name": name}}])


def seed_contact(crm: Sandbox, key: str = "21", *, companies: tuple[str, ...] = ()) -> None:
    """Put a contact in, with an address made of its id."""
    crm.seed(
        [
            {
                "kind": "contacts",
                "id": key,
                "properties": {"firstname": "Ann", "email": f"person{key}@acme.example"},
                "associations": [{"kind": "companies", "id": company} for company in companies],
            }
        ]
    )


def seed_deal(
    crm: Sandbox,
    key: str = "31",
    *,
    contacts: tuple[str, ...] = (),
    companies: tuple[str, ...] = (),
    at: str = "2026-05-01T09:00:00Z",
    **properties: str | None,
) -> None:
    """Put a deal of 100.00 in, open unless `dealstage` says otherwise."""
    given = {
        "dealname": f"Deal {key}",
        "pipeline": "default",
        "dealstage": "qualifiedtobuy",
        "amount": "100.00",
        "deal_currency_code": "USD",
        **properties,
    }
    linked = [("contacts", one) for one in contacts] + [("companies", one) for one in companies]
    crm.seed(
        [
            {
                "kind": "deals",
                "id": key,
                "at": at,
                "properties": given,
                "associations": [{"kind": kind, "id": one} for kind, one in linked],
            }
        ]
    )


def seed_account(crm: Sandbox) -> None:
    """Put in one company, its contact and its open deal."""
    seed_company(crm)
    seed_contact(crm, companies=("11",))
    seed_deal(crm, contacts=("21",), companies=("11",))


def the_deal(key: str = "31") -> Deal:
    """Return the deal of that id in the CRM."""
    return Deal.objects.get(external_id=key)


def searched(crm: Sandbox, kind: str) -> list[str]:
    """Return from which id each search of a kind went on."""
    return [
        request.body["filterGroups"][0]["filters"][2]["value"]
        for request in crm.behaviour.requests
        if request.path.endswith(f"/{kind}/search")
    ]

"""Builders of CRM rows and records: each argument is what a test depends on."""

from datetime import UTC, datetime
from typing import Any

from crm_sync.intake import take_pipelines
from crm_sync.models import Connection, SyncRun
from crm_sync.records import CompanyRecord, ContactRecord, DealRecord, PipelineRecord, StageRecord

NOW = datetime(2026, 6, 15, 12, 0, tzinfo=UTC)

STAGES = (
    StageRecord("engaging", "Engaging", "open", 0),
    StageRecord("won", "Won", "won", 1),
    StageRecord("lost", "Lost", "lost", 2),
)


def a_connection(slug: str = "acme-crm", **fields: Any) -> Connection:
    """Make a connection, HubSpot unless said otherwise."""
    given = {"name": slug.title(), "provider": Connection.Provider.HUBSPOT, **fields}
    return Connection.objects.create(slug=slug, **given)


def a_run(connection: Connection, **fields: Any) -> SyncRun:
    """Make a run of a connection."""
    given = {"trigger": SyncRun.Trigger.MANUAL, "started_at": NOW, **fields}
    return SyncRun.objects.create(connection=connection, **given)


def a_run_with_stages(connection: Connection | None = None) -> SyncRun:
    """Make a run whose connection has the pipeline `default` with three stages."""
    run = a_run(connection or a_connection())
    take_pipelines(
        connection=run.connection,
        run=run,
        records=[PipelineRecord("default", "Sales pipeline", STAGES)],
        now=NOW,
    )
    return run


def a_company_record(external_id: str = "c1", name: str = "Acme", **fields: Any) -> CompanyRecord:
    """Return a company as a provider hands it over."""
    return CompanyRecord(external_id=external_id, name=name, **fields)


def a_contact_record(external_id: str = "p1", **fields: Any) -> ContactRecord:
    """Return a contact as a provider hands it over."""
    given = {"name": "Ann Lee", "email": "ann@acme.example", **fields}
    return ContactRecord(external_id=external_id, **given)


def a_deal_record(external_id: str = "d1", **fields: Any) -> DealRecord:
    """Return an open deal of 100.00 USD as a provider hands it over."""
    given = {
        "name": "Acme rollout",
        "pipeline_external_id": "default",
        "stage_external_id": "engaging",
        "amount_minor": 10_000,
        "currency": "USD",
        "created_at": datetime(2026, 5, 1, tzinfo=UTC),
        **fields,
    }
    return DealRecord(external_id=external_id, **given)


SALES_PIPELINE_MAPPING: dict[str, Any] = {
    "connection": "acme-export",
    "columns": {
        "external_id": "opportunity_id",
        "company": "account",
        "stage": "deal_stage",
        "created_at": "engage_date",
        "closed_at": "close_date",
        "amount": "close_value",
        "owner": "sales_agent",
    },
    "currency": "USD",
    "date_format": "%m/%d/%Y",
    "stages": {"Won": "won", "Lost": "lost", "Engaging": "open", "Prospecting": "open"},
}

"""A row of an export as the records that every provider hands over. Pure."""

from typing import Final

from crm_sync.deal_rows import DealRow
from crm_sync.intake_counts import crop
from crm_sync.records import ContactRef, DealRecord

PIPELINE: Final = "imported"
"""The id of the one pipeline that a file import has."""


def company_key(name: str) -> str:
    """Return the id of a company that has none: its name, however it is spaced and cased."""
    return crop(" ".join(name.split()).casefold(), 120)


def _contact_refs(row: DealRow) -> tuple[ContactRef, ...] | None:
    """Return the contacts, the first one primary; None where the file says nothing of them."""
    if row.contacts is None:
        return None
    return tuple(
        ContactRef(email, is_primary=place == 0) for place, email in enumerate(row.contacts)
    )


def deal_record(row: DealRow) -> DealRecord:
    """Return the deal; what its row leaves empty is empty."""
    return DealRecord(
        external_id=row.external_id,
        name=row.name,
        pipeline_external_id=PIPELINE,
        stage_external_id=row.stage,
        amount_minor=row.amount_minor,
        currency=row.currency,
        company_external_id=company_key(row.company),
        contacts=_contact_refs(row),
        owner=row.owner,
        lead_source=row.lead_source,
        created_at=row.created_at,
        closed_at=row.closed_at,
        stage_entered_at=row.stage_entered_at,
    )

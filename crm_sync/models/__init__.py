"""What a tap became: the CRM's contacts, companies and deals, and how they got here."""

from crm_sync.models.connections import Connection, SyncCursor, SyncProblem, SyncRun
from crm_sync.models.deals import Deal, DealChange, DealContact, Pipeline, Stage
from crm_sync.models.hooks import HookDelivery
from crm_sync.models.people import Company, Contact
from crm_sync.models.refunds import DealRefund
from crm_sync.models.write_backs import WriteBack

__all__ = [
    "Company",
    "Connection",
    "Contact",
    "Deal",
    "DealChange",
    "DealContact",
    "DealRefund",
    "HookDelivery",
    "Pipeline",
    "Stage",
    "SyncCursor",
    "SyncProblem",
    "SyncRun",
    "WriteBack",
]

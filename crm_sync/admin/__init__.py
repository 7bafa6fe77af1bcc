"""The CRM's pages in the admin, one module per subject."""

from crm_sync.admin import (
    connections,
    contacts,
    deals,
    problems,
    refunds,
    runs,
    stages,
    write_backs,
)

__all__ = [
    "connections",
    "contacts",
    "deals",
    "problems",
    "refunds",
    "runs",
    "stages",
    "write_backs",
]

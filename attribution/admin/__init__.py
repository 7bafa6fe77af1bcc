"""The admin pages of this app, one module per subject."""

from attribution.admin import (
    findings,
    journeys,
    ledger,
    periods,
    rebuilds,
    report_mails,
    rules,
)

__all__ = ["findings", "journeys", "ledger", "periods", "rebuilds", "report_mails", "rules"]

"""The admin pages of this app, one module per subject."""

from attribution.admin import findings, journeys, ledger, report_mails, rules

__all__ = ["findings", "journeys", "ledger", "report_mails", "rules"]

"""The admin pages of this app, one module per subject."""

from attribution.admin import findings, journeys, ledger, rules

__all__ = ["findings", "journeys", "ledger", "rules"]

"""The ledger: every posting, walkable to its touch, its tap, its link and its send."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from attribution.models import CreditBatch, CreditEntry


@admin.register(CreditEntry)
class CreditEntryAdmin(ModelAdmin):
    """The lines of the ledger, read-only."""


@admin.register(CreditBatch)
class CreditBatchAdmin(ModelAdmin):
    """The postings, read-only."""

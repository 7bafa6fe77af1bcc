"""A deal with its touches of all channels on one timeline."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from attribution.models import DealJourney


@admin.register(DealJourney)
class DealJourneyAdmin(ModelAdmin):
    """The deals, each with its journey."""

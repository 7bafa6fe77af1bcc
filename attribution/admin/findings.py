"""Findings: what in the data needs a person, by the money at stake."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from attribution.models import Finding


@admin.register(Finding)
class FindingAdmin(ModelAdmin):
    """A read-only list of what needs attention."""

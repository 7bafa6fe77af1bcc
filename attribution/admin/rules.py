"""Credit rules: how credit is divided, in words."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from attribution.models import CreditRule


@admin.register(CreditRule)
class CreditRuleAdmin(ModelAdmin):
    """The rules and their versions."""

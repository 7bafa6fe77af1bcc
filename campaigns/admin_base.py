"""The admin classes every app's pages derive from: unfold's, with our defaults."""

from typing import Any

from django.http import HttpRequest
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline


class TextrailAdmin(ModelAdmin):
    """A page of the admin."""

    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True


class TextrailHistoryAdmin(SimpleHistoryAdmin, TextrailAdmin):
    """A page whose History button shows who changed what, from `HistoricalRecords`."""


class ReadOnlyMixin:
    """Rows that people look at and never write: facts, logs, the ledger."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse: these rows are made by the system."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: these rows are facts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: these rows are facts."""
        return False


class ReadOnlyTextrailAdmin(ReadOnlyMixin, TextrailAdmin):
    """A page of facts."""


class TextrailTabularInline(TabularInline):
    """Related rows as a table, without empty extra rows."""

    extra = 0
    show_change_link = False


class TextrailStackedInline(StackedInline):
    """Related rows one below the other, without empty extra ones."""

    extra = 0


class ReadOnlyTabularInline(ReadOnlyMixin, TextrailTabularInline):
    """Related facts as a table."""

    can_delete = False

"""The panel “History” on the pages of objects that have no panels of other apps."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from campaigns.history_panel import panel_context


class HistoryPanelMixin(ModelAdmin):
    """Shows an object's latest changes below its form. Mix in before the admin class.

    `history_kind` is the object's kind in the log of changes.
    """

    history_kind = ""
    change_form_outer_after_template = "campaigns/history_section.html"

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Give the page its object's changes."""
        obj = self.get_object(request, object_id) if object_id else None
        history = panel_context(self.history_kind, obj.pk, request) if obj else {}
        context = {**history, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

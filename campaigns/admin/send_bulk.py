"""Many sends at once, from their list: mark as ready, go live, cancel, edit.

Each first shows what would become of every send, and only then does it.
"""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.admin_base import signed_in_user
from campaigns.import_rows import RowResult
from campaigns.models import Campaign, Send
from campaigns.services import edit_sends, move_sends

MOST_AT_ONCE = 200
_FIELD_NAMES = {
    "campaign": "Campaign",
    "destination_url": "Landing page",
    "utm_source": "UTM source",
    "utm_medium": "UTM medium",
    "utm_term": "UTM term",
    "audience": "Audience",
    "scheduled_at": "Planned for",
    "status": "Status",
}


class BulkEditForm(forms.Form):
    """What all selected sends shall have; an empty field changes nothing."""

    campaign = forms.ModelChoiceField(
        Campaign.objects.all(),
        required=False,
        empty_label="As it is",
        widget=UnfoldAdminSelectWidget(),
    )
    audience = forms.CharField(max_length=120, required=False, widget=UnfoldAdminTextInputWidget())
    scheduled_at = forms.SplitDateTimeField(
        label="Planned for",
        required=False,
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "class": "st-input", "aria-label": "Day"},
            time_attrs={"type": "time", "class": "st-input", "aria-label": "Hour"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
    )
    destination_url = forms.URLField(
        label="Landing page",
        max_length=2000,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
    )
    utm_source = forms.CharField(
        label="UTM source", max_length=50, required=False, widget=UnfoldAdminTextInputWidget()
    )
    utm_medium = forms.CharField(
        label="UTM medium", max_length=50, required=False, widget=UnfoldAdminTextInputWidget()
    )
    utm_term = forms.CharField(
        label="UTM term", max_length=100, required=False, widget=UnfoldAdminTextInputWidget()
    )

    def clean(self) -> dict[str, Any]:
        """Ask for something to change."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not self.changes():
            raise forms.ValidationError("Fill in what shall change.")
        return data

    def changes(self) -> dict[str, Any]:
        """Return the filled fields only."""
        return {name: value for name, value in self.cleaned_data.items() if value}


class SendBulkMixin(ModelAdmin):
    """The actions of the send list. Mix in before the admin class."""

    actions: Sequence[str] = ("make_ready", "go_live", "cancel", "edit_selected")

    @admin.action(description="Mark as ready", permissions=["change"])
    def make_ready(self, request: HttpRequest, queryset: QuerySet[Send]) -> HttpResponse | None:
        """Mark the selected sends as ready."""
        return self._bulk_move(request, queryset, "ready", "Mark as ready")

    @admin.action(description="Go live", permissions=["change"])
    def go_live(self, request: HttpRequest, queryset: QuerySet[Send]) -> HttpResponse | None:
        """Let the selected sends go live."""
        return self._bulk_move(request, queryset, "live", "Go live")

    @admin.action(description="Cancel", permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Send]) -> HttpResponse | None:
        """Cancel the selected sends."""
        return self._bulk_move(request, queryset, "cancelled", "Cancel these sends")

    @admin.action(description="Edit selected…", permissions=["change"])
    def edit_selected(self, request: HttpRequest, queryset: QuerySet[Send]) -> HttpResponse | None:
        """Write the same values onto the selected sends."""
        step = request.POST.get("step", "")
        form = BulkEditForm(request.POST if step else None)
        results: list[RowResult] = []
        if step and form.is_valid():
            results = edit_sends(
                sends=_chosen(queryset),
                changes=form.changes(),
                by=signed_in_user(request),
                now=timezone.now(),
                dry_run=step != "do",
            )
            if step == "do":
                return self._bulk_tell(request, results)
        return self._bulk_page(request, queryset, "Edit sends", results, form=form)

    def _bulk_move(
        self, request: HttpRequest, queryset: QuerySet[Send], to: str, title: str
    ) -> HttpResponse | None:
        does = request.POST.get("step") == "do"
        results = move_sends(
            sends=_chosen(queryset),
            to=to,
            by=signed_in_user(request),
            now=timezone.now(),
            dry_run=not does,
        )
        if does:
            return self._bulk_tell(request, results)
        return self._bulk_page(request, queryset, title, results, **_warning(to))

    def _bulk_tell(self, request: HttpRequest, results: Sequence[RowResult]) -> HttpResponse:
        done = sum(row.status == "updated" for row in results)
        if done:
            text = "1 send was changed." if done == 1 else f"{done} sends were changed."
            messages.success(request, text)
        for row in results:
            if row.status == "rejected":
                reasons = " ".join(error.message for error in row.errors)
                messages.error(request, f"“{row.title}” stays as it is: {reasons}")
        if not done and all(row.status == "unchanged" for row in results):
            messages.info(request, "Nothing changed: they have these values already.")
        return redirect(request.get_full_path())

    def _bulk_page(
        self,
        request: HttpRequest,
        queryset: QuerySet[Send],
        title: str,
        results: Sequence[RowResult],
        **extra: Any,
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": title,
            "opts": self.opts,
            "noun": "send",
            "list_view": "admin:campaigns_send_changelist",
            "change_view": "admin:campaigns_send_change",
            "selected_detail": "campaigns/send_bulk_detail.html",
            "chosen": _chosen(queryset),
            "left_out": max(queryset.count() - MOST_AT_ONCE, 0),
            "most": MOST_AT_ONCE,
            "results": results,
            "changing": sum(row.status == "updated" for row in results),
            "field_names": _FIELD_NAMES,
            "action": request.POST.get("action", ""),
            "checkbox": ACTION_CHECKBOX_NAME,
            "media": self.media + extra["form"].media if "form" in extra else self.media,
            **extra,
        }
        return TemplateResponse(request, "campaigns/bulk.html", context)


def _warning(to: str) -> dict[str, str]:
    """Return what a person should know before a move that has no way back."""
    return {} if to == "ready" else {"consequence": "This cannot be undone."}


def _chosen(queryset: QuerySet[Send]) -> list[Send]:
    """Return the selected sends, as many as one step takes."""
    rows = queryset.select_related("campaign", "channel", "convention", "created_by")
    return list(rows[:MOST_AT_ONCE])

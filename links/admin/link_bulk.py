"""The same change to many selected links: first shown for each of them, then done."""

from collections.abc import Sequence
from typing import Any, Final

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from campaigns.admin_base import TextrailAdmin, signed_in_user
from campaigns.import_rows import RowResult
from links import services
from links.bulk_edit import LinkEdit
from links.link_fields import TagsField
from links.models import Link

MOST_AT_ONCE: Final = 200
_FIELD_NAMES: Final = {
    "destination_url": "Destination",
    "fallback_url": "Fallback",
    "expires_at": "Expires",
    "status": "Status",
    "tags": "Tags",
}


class LinkEditForm(forms.Form):
    """What all selected links shall have; an empty field changes nothing."""

    destination_url = forms.URLField(
        label="Destination",
        max_length=2000,
        required=False,
        assume_scheme="https",
        help_text=(
            "Of links without a send: a send’s links say what the send says. Every link keeps its "
            "own UTM values, so those in an address are left out."
        ),
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
    )
    fallback_url = forms.URLField(
        label="Fallback",
        max_length=2000,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "url"}),
    )
    clears_fallback = forms.BooleanField(label="Take the fallback away", required=False)
    expires_at = forms.SplitDateTimeField(
        label="Expires",
        required=False,
        widget=forms.SplitDateTimeWidget(
            date_attrs={"type": "date", "class": "st-input", "aria-label": "Day"},
            time_attrs={"type": "time", "class": "st-input", "aria-label": "Hour"},
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        ),
    )
    clears_expiry = forms.BooleanField(label="Never expire", required=False)
    status = forms.ChoiceField(
        choices=[("", "As it is"), ("active", "Active"), ("retired", "Retired")],
        required=False,
        widget=UnfoldAdminSelectWidget(),
    )
    add_tags = TagsField(label="Add tags", required=False)
    remove_tags = TagsField(label="Remove tags", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = [tag for tag, _ in Link.objects.tag_counts()]
        for name in ("add_tags", "remove_tags"):
            self.fields[name].widget.known = known

    def clean(self) -> dict[str, Any]:
        """Ask for something to change, and for one thing only of each value."""
        data = super().clean() or self.cleaned_data
        for name, clears in (("fallback_url", "clears_fallback"), ("expires_at", "clears_expiry")):
            if data.get(name) and data.get(clears):
                self.add_error(clears, "Either give a new value or take it away.")
        if not self.errors and self.edit() == LinkEdit():
            raise forms.ValidationError("Fill in what shall change.")
        return data

    def edit(self) -> LinkEdit:
        """Return what was filled in."""
        data = self.cleaned_data
        return LinkEdit(
            destination_url=data["destination_url"] or None,
            fallback_url=data["fallback_url"] or None,
            expires_at=data["expires_at"],
            status=Link.Status(data["status"]) if data["status"] else None,
            add_tags=tuple(data["add_tags"]),
            remove_tags=tuple(data["remove_tags"]),
            clears_expiry=data["clears_expiry"],
            clears_fallback=data["clears_fallback"],
        )


class LinkBulkMixin(TextrailAdmin):
    """The action that edits the selected links. Mix in before the list's own actions."""

    @admin.action(description="Edit selected…", permissions=["change"])
    def edit_selected(self, request: HttpRequest, queryset: QuerySet[Link]) -> HttpResponse:
        """Show what would become of each selected link, and then do it."""
        step = request.POST.get("step", "")
        form = LinkEditForm(request.POST if step else None)
        results: list[RowResult] = []
        chosen = list(queryset.select_related("domain", "send")[:MOST_AT_ONCE])
        if step and form.is_valid():
            results = services.edit_links(
                links=chosen,
                edit=form.edit(),
                by=signed_in_user(request),
                now=timezone.now(),
                dry_run=step != "do",
            )
            if step == "do":
                _tell(request, results)
                return redirect(request.get_full_path())
        context = {
            **self.admin_site.each_context(request),
            "title": "Edit links",
            "opts": self.opts,
            "form": form,
            "noun": "link",
            "list_view": "admin:links_link_changelist",
            "change_view": "admin:links_link_change",
            "selected_detail": "links/link_bulk_detail.html",
            "stays": "The address itself never changes: it may stand in somebody’s messages.",
            "consequence": "Whoever taps from then on is led by the new values, within two seconds.",
            "chosen": chosen,
            "left_out": max(queryset.count() - MOST_AT_ONCE, 0),
            "most": MOST_AT_ONCE,
            "results": results,
            "changing": sum(row.status == "updated" for row in results),
            "field_names": _FIELD_NAMES,
            "action": request.POST.get("action", ""),
            "checkbox": ACTION_CHECKBOX_NAME,
            "media": self.media + form.media,
        }
        return TemplateResponse(request, "campaigns/bulk.html", context)


def _tell(request: HttpRequest, results: Sequence[RowResult]) -> None:
    done = sum(row.status == "updated" for row in results)
    if done:
        messages.success(request, f"{done} link{'' if done == 1 else 's'} changed.")
    for row in results:
        if row.status == "rejected":
            reasons = " ".join(error.message for error in row.errors)
            messages.error(request, f"{row.title} stays as it is: {reasons}")
    if not done and all(row.status == "unchanged" for row in results):
        messages.info(request, "Nothing changed: they have these values already.")

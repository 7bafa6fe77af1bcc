"""The page “Changes”: who changed what and when, of everything that is planned."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone

from campaigns.change_kinds import KINDS, Kind, kinds_of_object
from campaigns.change_log import ChangeFilter, ChangePage, MalformedCursorError, change_page
from campaigns.history_panel import ShownChange, shown

PERMISSION = "campaigns.view_send"
SIZE = 50
_NO_DAY = "That is no day; write it like 2026-06-01."
_LABELS = {
    "convention": "Naming conventions",
    "campaign": "Campaigns",
    "send": "Sends and their texts",
    "message": "Texts",
    "spend": "Spend",
    "policy": "Sending policies",
}


def _day_field(label: str) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    errors = {"invalid": _NO_DAY}
    return forms.DateField(label=label, required=False, widget=widget, error_messages=errors)


class ChangesForm(forms.Form):
    """Which changes; a plain GET form."""

    kind = forms.ChoiceField(
        label="Of",
        required=False,
        choices=[("", "Everything"), *_LABELS.items()],
        error_messages={"invalid_choice": "There is nothing of that kind."},
    )
    by = forms.ModelChoiceField(
        get_user_model().objects.filter(is_staff=True).order_by("username"),
        label="By",
        required=False,
        empty_label="Anybody",
        error_messages={"invalid_choice": "There is no such person."},
    )
    since = _day_field("From")
    until = _day_field("To")
    q = forms.CharField(label="Name", required=False, max_length=100, strip=True)
    id = forms.UUIDField(
        required=False,
        widget=forms.HiddenInput,
        error_messages={"invalid": "There is no object of that address."},
    )

    def wanted(self, user: Any) -> ChangeFilter:
        """Return the filter that the choices make; a choice that is wrong makes none."""
        data = self.cleaned_data
        until = data.get("until")
        return ChangeFilter(
            kinds=[kind for kind in self._kinds() if user.has_perm(kind.permission)],
            object_id=self.object_id,
            by=data["by"].pk if data.get("by") else None,
            since=_midnight(data.get("since")),
            until=_midnight(until + timedelta(days=1) if until and until < date.max else None),
            text=data.get("q", ""),
        )

    @property
    def object_id(self) -> UUID | None:
        """Return the one object asked for; an id without a kind names none."""
        named: UUID | None = self.cleaned_data.get("id")
        return named if self.cleaned_data.get("kind") else None

    def _kinds(self) -> list[Kind]:
        chosen = self.cleaned_data.get("kind")
        return kinds_of_object(chosen) if chosen else list(KINDS.values())

    def query(self, cursor: str) -> str:
        """Return the query string that keeps the choices and goes on from a cursor."""
        kept = {name: self.data.get(name, "") for name in self.fields}
        return "?" + urlencode({k: v for k, v in {**kept, "cursor": cursor}.items() if v})


def _midnight(day: date | None) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time())) if day else None


def changes_urls(site: AdminSite) -> list[URLPattern]:
    """Return the page's address."""
    return [path("changes/", site.admin_view(_view(site)), name="campaigns_changes")]


def _view(site: AdminSite) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(PERMISSION):
            raise PermissionDenied
        form = ChangesForm(request.GET)
        is_valid = form.is_valid()
        cursor = request.GET.get("cursor", "")
        page, is_newest = _page(form.wanted(request.user), cursor)
        changes = shown(page.changes)
        context = {
            **site.each_context(request),
            "title": "Changes",
            "is_fullwidth": "1",
            "form": form,
            "days": _by_day(changes),
            "only": changes[0].change if changes and form.object_id else None,
            "older": form.query(page.older) if page.older else "",
            "newest": "" if is_newest else form.query(""),
            "is_filtered": any(form.data.get(name) for name in form.fields),
        }
        status = 200 if is_valid else 400
        return TemplateResponse(request, "campaigns/changes.html", context, status=status)

    return view


def _page(wanted: ChangeFilter, cursor: str) -> tuple[ChangePage, bool]:
    """Return the page a cursor asks for, or the newest where it asks for none; and whether it is."""
    try:
        return change_page(wanted, cursor=cursor, size=SIZE), not cursor
    except MalformedCursorError:
        return change_page(wanted, size=SIZE), True


def _by_day(changes: list[ShownChange]) -> list[tuple[date, list[ShownChange]]]:
    days = groupby(changes, key=lambda item: timezone.localdate(item.change.at))
    return [(day, list(items)) for day, items in days]

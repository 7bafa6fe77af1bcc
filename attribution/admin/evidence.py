"""The ledger's evidence as a download, with the seals of what was downloaded."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.admin.models import ADDITION, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path

from attribution.evidence_export import Scope, UnknownScopeError, entry_count, evidence_bundle
from attribution.models import CreditBatch, CreditRule
from attribution.page_urls import page_url
from campaigns.admin_base import signed_in_user

PERMISSION = "attribution.export_evidence"
MOST_ENTRIES = 1_000_000
"""Entries of the largest bundle that is answered; a larger one is a matter of the command."""

_SHOWN = 10
View = Callable[[HttpRequest], HttpResponseBase]


class EvidenceForm(forms.Form):
    """What a bundle is limited to; everything empty: the whole ledger."""

    starts_on = forms.DateField(
        label="Outcomes from", required=False, widget=forms.DateInput({"type": "date"})
    )
    ends_on = forms.DateField(
        label="Outcomes to", required=False, widget=forms.DateInput({"type": "date"})
    )
    rule = forms.ChoiceField(label="Rule", required=False)
    deal = forms.UUIDField(label="Deal (its id)", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = CreditRule.objects.active().values_list("slug", "name")
        self.fields["rule"].choices = [("", "All rules"), *rules]  # type: ignore[attr-defined]

    def scope(self) -> Scope:
        """Return the scope; call after `is_valid`."""
        starts_on: date | None = self.cleaned_data["starts_on"]
        ends_on: date | None = self.cleaned_data["ends_on"]
        deal_id: UUID | None = self.cleaned_data["deal"]
        return Scope(starts_on, ends_on, self.cleaned_data["rule"], deal_id)


def evidence_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the page and of the file."""
    return [
        path("evidence/", site.admin_view(_page(site)), name="attribution_evidence"),
        path("evidence/bundle.zip", site.admin_view(_bundle(site)), name="attribution_bundle"),
    ]


def bundle_url(**scope: object) -> str:
    """Return the address of a bundle, limited as the form's fields say."""
    return f"{page_url('attribution_bundle')}?{urlencode(scope)}"


def _page(site: AdminSite) -> View:
    def view(request: HttpRequest) -> HttpResponse:
        _check(request)
        return _form_page(site, request, EvidenceForm())

    return view


def _bundle(site: AdminSite) -> View:
    """Return the view that streams a bundle, or shows what is wrong with its limits."""

    def view(request: HttpRequest) -> HttpResponseBase:
        _check(request)
        form = EvidenceForm(request.GET)
        if not form.is_valid():
            return _form_page(site, request, form, status=400)
        scope = form.scope()
        try:
            scope.check()
        except UnknownScopeError as error:
            form.add_error(None, str(error))
            return _form_page(site, request, form, status=400)
        entries = entry_count(scope)
        if entries > MOST_ENTRIES:
            form.add_error(None, _too_many(entries))
            return _form_page(site, request, form, status=400)
        answer = StreamingHttpResponse(
            _recorded(scope, signed_in_user(request).pk), content_type="application/zip"
        )
        answer["Content-Disposition"] = 'attachment; filename="evidence.zip"'
        return answer

    return view


def _too_many(entries: int) -> str:
    return (
        f"This bundle would hold {entries:,} entries; up to {MOST_ENTRIES:,} are sent by this page. "
        "Choose fewer days or one rule, or run “manage.py export_evidence evidence.zip”."
    )


def _recorded(scope: Scope, user_id: int) -> Iterator[bytes]:
    """Yield a bundle, and once all of it is out note who took it and its seal."""
    seal = yield from evidence_bundle(scope)
    LogEntry.objects.create(
        user_id=user_id,
        content_type=ContentType.objects.get_for_model(CreditBatch),
        object_repr=_in_words(scope),
        action_flag=ADDITION,
        change_message=seal,
    )


def _in_words(scope: Scope) -> str:
    if scope.is_whole:
        return "The whole ledger"
    parts = [
        f"outcomes from {scope.starts_on}" if scope.starts_on else "",
        f"outcomes to {scope.ends_on}" if scope.ends_on else "",
        f"rule {scope.rule}" if scope.rule else "",
        f"deal {scope.deal_id}" if scope.deal_id else "",
    ]
    return ", ".join(part for part in parts if part).capitalize()


def _check(request: HttpRequest) -> None:
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied


def _form_page(
    site: AdminSite, request: HttpRequest, form: EvidenceForm, *, status: int = 200
) -> HttpResponse:
    taken = LogEntry.objects.filter(
        content_type=ContentType.objects.get_for_model(CreditBatch), action_flag=ADDITION
    ).select_related("user")
    context = {
        **site.each_context(request),
        "title": "Evidence",
        "form": form,
        "action": page_url("attribution_bundle"),
        "entry_count": entry_count(Scope()),
        "most": MOST_ENTRIES,
        "latest": CreditBatch.objects.order_by("-number").first(),
        "taken": taken.order_by("-action_time")[:_SHOWN],
    }
    return TemplateResponse(request, "attribution/evidence.html", context, status=status)

"""The link linter: paste links or hand in a file, see the mistakes, take the corrected file."""

import secrets
import zlib
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, Final

from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import slugify
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from campaigns.admin_base import signed_in_user
from campaigns.link_extraction import Found
from campaigns.link_lint import Report
from campaigns.link_lint_sheet import corrected_rows
from campaigns.link_lint_shown import ShownReport, shown
from campaigns.link_sources import (
    MOST_LINKS,
    TooManyLinksError,
    limited,
    links_in_file,
    links_in_paste,
)
from campaigns.linter import ConventionUnusableError, lint_links
from campaigns.models import NamingConvention
from campaigns.spreadsheets import UnreadableTableError, write_csv

_KEPT_SECONDS: Final = 3600
_EXAMPLE: Final = "https://example.com/trial?utm_source=SMS&utm_medium=text&utm_campaign=Trial_June"


class ConventionField(forms.ModelChoiceField):
    """A version of a convention: the ones in force, and drafts to try."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the channel and the version."""
        is_draft = obj.status == NamingConvention.Status.DRAFT
        return f"{obj.channel}, version {obj.version}{' (draft, to try it)' if is_draft else ''}"


class LinterForm(forms.Form):
    """What to check, and by which convention."""

    text = forms.CharField(
        label="Links, one on each line",
        required=False,
        strip=False,
        help_text="Or any text, an SMS, or a page’s HTML: the links in it are found.",
        widget=UnfoldAdminTextareaWidget(
            attrs={"rows": 9, "spellcheck": "false", "placeholder": _EXAMPLE}
        ),
    )
    file = forms.FileField(
        label="Or a file",
        required=False,
        allow_empty_file=True,
        help_text="CSV, XLSX, TXT or HTML, up to 20 MB.",
        widget=UnfoldAdminFileFieldWidget(
            attrs={"accept": ".csv,.tsv,.xlsx,.txt,.html,.htm,text/csv,text/html,text/plain"}
        ),
    )
    convention = ConventionField(
        label="Check by",
        queryset=NamingConvention.objects.exclude(status=NamingConvention.Status.RETIRED)
        .select_related("channel")
        .prefetch_related("tokens")
        .order_by("-status", "channel__name", "-version"),
        empty_label=None,
        widget=UnfoldAdminSelectWidget,
    )

    def clean(self) -> dict[str, Any]:
        """Find the links."""
        cleaned: dict[str, Any] = super().clean() or {}
        text, file = cleaned.get("text", ""), cleaned.get("file")
        if not self.errors:
            if file and text.strip():
                self.add_error("file", "Paste links or choose a file, not both at once.")
            elif file is None and not text.strip():
                self.add_error("text", "Paste at least one link, or choose a file.")
            else:
                self._find(cleaned)
        return cleaned

    def _find(self, cleaned: dict[str, Any]) -> None:
        file = cleaned.get("file")
        name = "file" if file else "text"
        try:
            found = links_in_file(file, file.name) if file else links_in_paste(cleaned["text"])
            cleaned["found"] = limited(found)
        except (UnreadableTableError, TooManyLinksError) as error:
            self.add_error(name, str(error))
            return
        if not found.links:
            self.add_error(name, "There is no link in it. A link begins with https:// or www.")


def linter_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the page and of the corrected files."""
    page, file = site.admin_view(_allowed(_page(site))), site.admin_view(_allowed(_file))
    return [
        path("linter/", page, name="campaigns_linter"),
        path("linter/corrected/<str:token>", file, name="campaigns_linter_file"),
    ]


def _allowed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    def guarded(request: HttpRequest, **arguments: str) -> HttpResponse:
        if not request.user.has_perm("campaigns.view_namingconvention"):
            raise PermissionDenied
        return view(request, **arguments)

    return guarded


def _page(site: AdminSite) -> Callable[[HttpRequest], HttpResponse]:
    def view(request: HttpRequest) -> HttpResponse:
        form = LinterForm(request.POST or None, request.FILES or None, initial=_usual())
        context = {
            **site.each_context(request),
            "title": "Link linter",
            "form": form,
            "most_links": MOST_LINKS,
            "has_convention": form.fields["convention"].queryset.exists(),  # type: ignore[attr-defined]
            "may_add": request.user.has_perm("campaigns.add_namingconvention"),
        }
        if request.method == "POST" and form.is_valid():
            context |= _judged(request, form)
        return TemplateResponse(request, "campaigns/linter.html", context)

    return view


def _usual() -> dict[str, Any]:
    published = NamingConvention.objects.published().order_by("channel__name")
    return {"convention": published.filter(channel__slug="sms").first() or published.first()}


def _judged(request: HttpRequest, form: LinterForm) -> dict[str, Any]:
    """Judge the links; what the convention cannot judge is said at its field."""
    found: Found = form.cleaned_data["found"]
    convention = form.cleaned_data["convention"]
    try:
        report = lint_links(found=found, convention=convention, today=timezone.localdate())
    except ConventionUnusableError as error:
        form.add_error("convention", str(error))
        return {}
    file = form.cleaned_data.get("file")
    source = PurePath(file.name).stem if file else "links"
    page: ShownReport = shown(report, found.left_out)
    return {
        "page": page,
        "report": report,
        "convention": convention,
        "source": file.name if file else "",
        "token": _keep(request, found, report, source),
    }


def _keep(request: HttpRequest, found: Found, report: Report, source: str) -> str:
    """Keep the corrected file for an hour, for this user alone; return its token."""
    token = secrets.token_urlsafe(16)
    lines = "".join(write_csv(corrected_rows(found, report)))
    kept = (f"{slugify(source)[:60] or 'links'}-corrected.csv", zlib.compress(lines.encode(), 1))
    cache.set(_key(request, token), kept, _KEPT_SECONDS)
    return token


def _file(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with a corrected file, marked as UTF-8 for Excel."""
    kept = cache.get(_key(request, token))
    if kept is None:
        messages.error(request, "That file was kept for an hour only. Please check the links anew.")
        return redirect("admin:campaigns_linter")
    name, data = kept
    content = "\ufeff".encode() + zlib.decompress(data)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _key(request: HttpRequest, token: str) -> str:
    return f"linter:{signed_in_user(request).pk}:{token[:40]}"

"""The published naming convention, as a page people can read, print and share."""

import csv
import io

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from campaigns.convention_documents import as_markdown, as_rows
from campaigns.name_suggestions import example_campaign
from campaigns.models import NamingConvention
from campaigns.name_format import form_of
from campaigns.published_rules import rules_of


def show_convention(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the convention's page."""
    convention = _shared(token)
    rules = rules_of(convention, today=timezone.localdate())
    context = {
        "convention": convention,
        "rules": rules,
        "form": form_of(rules.parts),
        "example": example_campaign(rules),
        "current": _version_in_force(convention),
    }
    return render(request, "campaigns/convention.html", context)


def convention_markdown(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the convention as Markdown, for a wiki."""
    rules = rules_of(_shared(token), today=timezone.localdate())
    return HttpResponse(as_markdown(rules), content_type="text/markdown; charset=utf-8")


def convention_csv(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the convention as CSV, for a spreadsheet."""
    convention = _shared(token)
    out = io.StringIO()
    csv.writer(out).writerows(as_rows(rules_of(convention, today=timezone.localdate())))
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"{convention.channel.slug}-convention-v{convention.version}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _shared(token: str) -> NamingConvention:
    """Return what was once published under a token; drafts and unknown tokens are 404."""
    found = (
        NamingConvention.objects.exclude(status=NamingConvention.Status.DRAFT)
        .select_related("channel", "published_by")
        .prefetch_related("tokens")
        .filter(token=token)
        .first()
    )
    if found is None:
        raise Http404("There is no published convention here.")
    return found


def _version_in_force(convention: NamingConvention) -> NamingConvention | None:
    """Return the newer version a retired one should point to."""
    if convention.status == NamingConvention.Status.PUBLISHED:
        return None
    return NamingConvention.objects.published().filter(channel=convention.channel).first()

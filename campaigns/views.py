"""The published naming convention, as a page people can read, print and share."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from campaigns.convention_documents import (
    HABITS,
    SAFEGUARDS,
    Since,
    as_markdown,
    as_rows,
    field_rules,
    since,
)
from campaigns.convention_examples import accepted, rejected
from campaigns.convention_rules import Convention
from campaigns.models import NamingConvention
from campaigns.name_suggestions import example_campaign
from campaigns.published_rules import rules_of, version_before
from campaigns.spreadsheets import write_csv


def show_convention(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the convention's page."""
    convention = _shared(token)
    rules, news = _read(convention)
    context = {
        "convention": convention,
        "rules": rules,
        "example": example_campaign(rules),
        "fields": field_rules(rules, news),
        "news": news,
        "parts_changed": {change.part for change in news.changes} if news else set(),
        "accepted": accepted(rules),
        "rejected": rejected(rules),
        "habits": HABITS,
        "safeguards": SAFEGUARDS,
        "address": request.build_absolute_uri(),
        "current": _version_in_force(convention),
    }
    return render(request, "campaigns/convention.html", context)


def convention_markdown(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the convention as Markdown, for a wiki."""
    rules, news = _read(_shared(token))
    return HttpResponse(as_markdown(rules, news), content_type="text/markdown; charset=utf-8")


def convention_csv(request: HttpRequest, token: str) -> HttpResponse:
    """Answer with the convention as CSV, for a spreadsheet."""
    convention = _shared(token)
    rows = write_csv(as_rows(*_read(convention)))
    response = HttpResponse("".join(rows), content_type="text/csv; charset=utf-8")
    name = f"{convention.channel.slug}-convention-v{convention.version}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read(convention: NamingConvention) -> tuple[Convention, Since | None]:
    """Return a version's rules, and what they change against the version before."""
    today = timezone.localdate()
    rules = rules_of(convention, today=today)
    before = version_before(convention)
    return rules, since(None if before is None else rules_of(before, today=today), rules)


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

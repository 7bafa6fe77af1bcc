"""The builder inside a send's form: it shows, while people type, what the send will be."""

from collections.abc import Sequence

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import escape, format_html, format_html_join
from django.views.decorators.http import require_POST

from campaigns.admin.name_parts import periods_around, planned_day, texts_of
from campaigns.admin.send_form_data import messages_in, part_field, send_in, text_in
from campaigns.admin.send_forms import explain
from campaigns.lifecycle import is_frozen
from campaigns.models import NamingConvention, Send
from campaigns.published_rules import part_of, rules_of
from campaigns.send_preview import FieldVerdict, SendPreview, VersionPreview, preview_of

_LABELS = {
    "utm_source": "Source",
    "utm_medium": "Medium",
    "utm_campaign": "Campaign",
    "utm_term": "Term",
}
_CHECKED = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "destination_url")


def builder_urls(site: AdminSite) -> list[URLPattern]:
    """Return the address that a send's form asks while people type."""
    view = site.admin_view(require_POST(preview))
    return [path("campaigns/send/preview/", view, name="campaigns_send_preview")]


def preview(request: HttpRequest) -> HttpResponseBase:
    """Answer with the parts of the page that show the send as the form describes it."""
    stored = _stored(request.GET.get("send", ""))
    verb = "change" if stored else "add"
    if not request.user.has_perm(f"campaigns.{verb}_send"):
        raise PermissionDenied
    send = send_in(request.POST, stored)
    rows = messages_in(request.POST, stored)
    typed = {index: message.utm_content for index, message in rows}
    shown = preview_of(send, [message for _, message in rows], now=timezone.now())
    convention = convention_of(send)
    names = {
        f"id_messages-{index}-utm_content": message.utm_content
        for index, message in rows
        if not typed[index]
    }
    return JsonResponse(
        {
            "slots": slots_of(shown, [index for index, _ in rows]),
            "placeholders": names,
            "options": options_of(send, convention) if convention else {},
            "parts": texts_of(convention, send.utm_campaign) if convention else {},
            "name": "" if text_in(request.POST, "utm_campaign") else send.utm_campaign,
            "starters": _starters(convention),
        }
    )


def slots_of(shown: SendPreview, places: Sequence[int]) -> dict[str, str]:
    """Return the HTML of each place on the page, by the place's id.

    `places` are the versions' indexes in the form.
    """
    found = {
        f"{field}-verdict": _verdict_html(shown.fields[field], f"id_{field}") for field in _CHECKED
    }
    alike = render_to_string("campaigns/send_verdict.html", {"similar": shown.similar})
    found["utm_campaign-verdict"] = format_html("{}{}", found["utm_campaign-verdict"], alike)
    found["time_zone-verdict"] = render_to_string(
        "campaigns/send_planned.html", {"planned": shown.planned}
    )
    found["builder-reports"] = reports_html(shown)
    found["builder-summary"] = _summary_html(shown)
    for index, version in zip(places, shown.versions, strict=True):
        found[f"messages-{index}-title"] = escape(version.message.utm_content or "The text")
        found[f"messages-{index}-preview"] = phone_html(version, is_test=len(places) > 1)
        found[f"messages-{index}-verdict"] = format_html_join(
            "",
            "{}",
            (
                (_verdict_html(verdict, f"id_messages-{index}-{verdict.field}"),)
                for verdict in (version.name, version.share, version.page)
            ),
        )
    return found


def reports_html(shown: SendPreview) -> str:
    """Return what reports will call the send, and where its links lead."""
    rows = [
        {
            "field": field,
            "label": label,
            "state": shown.fields[field].state,
            "values": [shown.fields[field].value] if shown.fields[field].value else [],
            "nothing": "not named yet" if shown.fields[field].state == "open" else "none",
        }
        for field, label in _LABELS.items()
    ]
    going = [version for version in shown.versions if not version.message.retired_at]
    contents = [version.name for version in going if version.name.value]
    rows.append(
        {
            "field": "utm_content",
            "label": "Content",
            "state": "wrong" if any(one.violations for one in contents) else "ok",
            "values": [one.value for one in contents],
            "nothing": "none: one text for everybody",
        }
    )
    return render_to_string("campaigns/send_reports.html", {"shown": shown, "rows": rows})


def phone_html(version: VersionPreview | None, *, is_test: bool) -> str:
    """Return a version as a phone shows it; an empty phone without one."""
    return render_to_string("campaigns/send_phone.html", {"version": version, "is_test": is_test})


def options_of(send: Send, convention: NamingConvention) -> dict[str, list[str]]:
    """Return the values that the convention's fields offer, by the id of their list."""
    rules = rules_of(convention, today=planned_day(send))
    offered = {
        "id_utm_source_options": list(rules.sources),
        "id_utm_medium_options": list(rules.mediums),
        "id_utm_term_options": list(rules.term_words),
    }
    for token in convention.tokens.all():
        part = part_of(token)
        if part.kind == "period":
            name = part_field(convention.channel_id, part.name)
            offered[f"id_{name}_options"] = list(periods_around(part, planned_day(send)))
    return offered


def convention_of(send: Send) -> NamingConvention | None:
    """Return the published convention of a send's channel, its parts loaded."""
    published = NamingConvention.objects.published().prefetch_related("tokens")
    return published.select_related("channel").filter(channel=send.channel_id).first()


def _starters(convention: NamingConvention | None) -> dict[str, str]:
    """Return what a channel's sends usually have, for fields that nobody filled in."""
    if convention is None:
        return {}
    return {
        "id_utm_source": next(iter(convention.sources), ""),
        "id_utm_medium": next(iter(convention.mediums), ""),
    }


def _verdict_html(verdict: FieldVerdict, input_id: str) -> str:
    """Say what is wrong with a value; a field that is still empty is left in peace."""
    if verdict.state != "wrong":
        return ""
    texts = [found.message for found in verdict.violations[:-1]]
    texts.append(explain(verdict.violations[-1], input_id))
    return render_to_string("campaigns/send_verdict.html", {"explained": texts})


def _summary_html(shown: SendPreview) -> str:
    rate = shown.policy.segment_rate if shown.policy else None
    context = {
        "shown": shown,
        "share_sum": sum(shown.shares),
        "recipients": f"{shown.send.planned_recipients:,}",
        "may_share": not is_frozen(shown.send.status),
        "segments": f"{shown.cost.segments:,}",
        "rate": f"{rate.normalize():f}" if rate is not None else "",
    }
    return render_to_string("campaigns/send_summary.html", context)


def _stored(text: str) -> Send | None:
    try:
        return Send.objects.select_related("channel").filter(pk=text).first() if text else None
    except (ValidationError, ValueError):
        return None

"""Put the builder into a send's page, so that it is there before and without any script."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin

from campaigns.admin.builder_widgets import CampaignNameInput, CheckedInput, Fragment
from campaigns.admin.name_parts import part_groups
from campaigns.admin.send_builder import (
    convention_of,
    options_of,
    phone_html,
    reports_html,
    slots_of,
)
from campaigns.admin.send_form_data import FormData, in_order, messages_in, send_in
from campaigns.models import Message, Send
from campaigns.send_preview import preview_of
from campaigns.time_zones import common_zones
from campaigns.versions import MOST_VERSIONS

SEEN_AT = "seen_at"
"""The hidden field with the time of the save that the writer saw."""

_READ_BACK = 500
_MOST_OFFERED = 50


class SendBuilderMixin(ModelAdmin):
    """A send's form with its builder. Mix in before the admin class."""

    change_form_after_template = "campaigns/send_builder.html"
    fieldsets = (
        (
            "The send",
            {
                "fields": (
                    ("name", "campaign"),
                    ("audience", "audience_size"),
                    "holdout_percent",
                    "scheduled_at",
                    "time_zone",
                )
            },
        ),
        (
            "What reports call it, and where its links lead",
            {
                "fields": (
                    "channel",
                    "utm_campaign",
                    ("utm_source", "utm_medium"),
                    "utm_term",
                    "destination_url",
                    "in_reports",
                ),
            },
        ),
    )

    class Media:
        css = {"all": ("campaigns/send_builder.css",)}
        js = ("campaigns/copy.js", "campaigns/send_form.js", "campaigns/send_builder.js")

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,  # noqa: FBT001, FBT002  (Django's signature)
        change: bool = False,  # noqa: FBT001, FBT002
        form_url: str = "",
        obj: Send | None = None,
    ) -> HttpResponse:
        """Show what the send as it stands in the form will be."""
        formsets = [one.formset for one in context["inline_admin_formsets"]]
        stored = obj if change else None
        context["builder"] = dress(context["adminform"].form, formsets, stored)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def in_reports(self, obj: Send) -> str:
        """Return what reports call the send, for those who may only look at it."""
        messages = list(in_order(obj.messages.all()))
        return reports_html(preview_of(obj, messages, now=timezone.now()))


def dress(form: Any, formsets: list[Any], stored: Send | None) -> dict[str, Any]:
    """Put the preview into the form's fields, and return what else the page shows of it."""
    data: FormData | None = form.data if form.is_bound else None
    current = Send.objects.select_related("channel").get(pk=stored.pk) if stored else None
    initial = _initial_values(form) if data is None and not stored else {}
    send = send_in(initial if data is None else data, current)
    send.scheduled_at = send.scheduled_at or initial.get("scheduled_at")
    rows = _rows(data, formsets, current)
    shown = preview_of(send, [message for _, message in rows], now=timezone.now())
    slots = slots_of(shown, [index for index, _ in rows])
    _dress_fields(form, send, slots, data)
    names = {index: message.utm_content for index, message in rows}
    for formset in formsets:
        for index, version in enumerate(formset.forms):
            _dress_version(version, index, slots, names.get(index, ""))
    address = reverse("admin:campaigns_send_preview")
    return {
        "address": f"{address}?send={stored.pk}" if stored else address,
        "seen_at": _seen_at(form, current) if current else "",
        "summary": slots["builder-summary"],
        "blank_phone": phone_html(None, is_test=False),
        "next_count": min(len(rows) + 1, MOST_VERSIONS),
    }


def _seen_at(form: Any, stored: Send) -> str:
    """Return the save that was seen: what a form was opened with, until it was told of a later."""
    is_told = any(found.field == SEEN_AT for found in form.refused)
    seen: str = "" if is_told or not form.is_bound else form.data.get(SEEN_AT, "")
    return seen or stored.updated_at.isoformat()


def _initial_values(form: Any) -> dict[str, Any]:
    return {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}


def _rows(
    data: FormData | None, formsets: list[Any], stored: Send | None
) -> list[tuple[int, Message]]:
    if data is not None:
        return messages_in(data, stored)
    if formsets:
        return [(index, form.instance) for index, form in enumerate(formsets[0].forms)]
    return list(enumerate(in_order(stored.messages.all()))) if stored else []


def _dress_fields(form: Any, send: Send, slots: dict[str, str], data: FormData | None) -> None:
    options = _options(send)
    for name, field in form.fields.items():
        widget = field.widget
        if isinstance(widget, CampaignNameInput):
            widget.groups = part_groups(send, data)
            field.required = True  # as people see it; an empty one is made of its parts
        if isinstance(widget, CheckedInput):
            widget.options = options.get(f"id_{name}_options", ())
            # What the form itself found is shown above, and once is enough.
            widget.notes = "" if name in form.errors else slots.get(f"{name}-verdict", "")
        if isinstance(widget, Fragment):
            widget.notes = slots[widget.slot]


def _dress_version(version: Any, index: int, slots: dict[str, str], name: str) -> None:
    version.builder_title = slots.get(f"messages-{index}-title", "")
    version.builder_preview = slots.get(f"messages-{index}-preview", "")
    if not version.errors:
        version.builder_verdict = slots.get(f"messages-{index}-verdict", "")
    if "utm_content" in version.fields:
        version.fields["utm_content"].widget.attrs["placeholder"] = name


def _options(send: Send) -> dict[str, Sequence[str]]:
    """Return what each field offers, by the id of its list."""
    convention = convention_of(send)
    offered: dict[str, Sequence[str]] = dict(options_of(send, convention)) if convention else {}
    latest = Send.objects.order_by("-created_at").values_list("audience", "utm_term")[:_READ_BACK]
    audiences = dict.fromkeys(audience for audience, _ in latest if audience)
    terms = dict.fromkeys(term for _, term in latest if term)
    offered["id_audience_options"] = list(audiences)[:_MOST_OFFERED]
    offered["id_utm_term_options"] = (
        offered.get("id_utm_term_options") or list(terms)[:_MOST_OFFERED]
    )
    offered["id_time_zone_options"] = common_zones()
    return offered

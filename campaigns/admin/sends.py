"""Sends: planned, checked and moved on, on one page that tells their whole story."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from campaigns.admin.send_forms import MessageForm, MessageFormSet, SendForm
from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    TextrailHistoryAdmin,
    TextrailStackedInline,
    signed_in_user,
)
from campaigns.lifecycle import VERBS, is_frozen, may_follow
from campaigns.models import Channel, Message, NamingConvention, Send
from campaigns.preflight import CheckResult, Level, run_checks
from campaigns.send_page import panels
from campaigns.services import (
    FROZEN_FIELDS,
    ConventionBrokenError,
    TransitionNotAllowedError,
    TransitionRefusedError,
    save_send,
    transition_send,
)

STATUS_COLORS = {
    Send.Status.DRAFT.label: "default",
    Send.Status.READY.label: "info",
    Send.Status.LIVE.label: "success",
    Send.Status.DONE.label: "primary",
    Send.Status.CANCELLED.label: "danger",
}
_NEXT_STEP = {
    "draft": "Next: mark it as ready. That needs a message with {link} in every version.",
    "ready": "Next: go live. From then on its UTM values and texts are fixed.",
    "live": "It is going out. Mark it as done when the last message left.",
    "done": "Finished. Its results keep moving as deals do.",
    "cancelled": "Cancelled. It stays here so that its name is never used again.",
}
_REFUSED = "refused_violations"

_CONFIRM = {
    "live": "Go live? UTM values, landing page and messages are fixed from then on.",
    "cancelled": "Cancel this send? That cannot be undone, and its name stays taken.",
}


class MessageInline(TextrailStackedInline):
    """A send's message, or its versions A, B, …"""

    model = Message
    form = MessageForm
    formset = MessageFormSet
    fields = ("body", ("utm_content", "share"))
    verbose_name = "message"
    verbose_name_plural = "Messages"

    def get_extra(self, request: HttpRequest, obj: Send | None = None, **kwargs: Any) -> int:
        """Offer one empty message to a new send."""
        return 0 if obj else 1

    def has_add_permission(self, request: HttpRequest, obj: Send | None) -> bool:
        """Refuse once the messages are out."""
        return not _frozen(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Send | None = None) -> bool:
        """Refuse once the messages are out."""
        return not _frozen(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Send | None = None) -> bool:
        """Refuse once the messages are out."""
        return not _frozen(obj) and super().has_delete_permission(request, obj)


def _frozen(obj: Send | None) -> bool:
    return obj is not None and is_frozen(obj.status)


@admin.register(Send)
class SendAdmin(RowActionsMixin, TextrailHistoryAdmin):
    """Dated messages to audiences."""

    form = SendForm
    inlines = (MessageInline,)
    list_display = (
        "title",
        "state",
        "channel",
        "campaign_name",
        "planned_for",
        "recipients",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("channel", RelatedDropdownFilter),
        ("campaign", RelatedDropdownFilter),
        ("scheduled_at", RangeDateTimeFilter),
    )
    list_select_related = ("campaign", "channel")
    search_fields = ("name", "utm_campaign", "campaign__name", "audience")
    autocomplete_fields = ("campaign",)
    change_form_outer_before_template = "campaigns/send_top.html"
    change_form_outer_after_template = "campaigns/send_panels.html"
    fieldsets = (
        (
            "The send",
            {"fields": (("name", "campaign"), ("audience", "audience_size"), "scheduled_at")},
        ),
        (
            "Where its links lead",
            {
                "fields": (
                    "destination_url",
                    ("channel", "utm_campaign"),
                    ("utm_source", "utm_medium"),
                    "utm_term",
                ),
                "description": "Every link of this send carries these values. "
                "The naming convention above says which are allowed.",
            },
        ),
    )

    class Media:
        js = ("campaigns/send_form.js",)

    @display(description="Send", header=True, ordering="name")
    def title(self, obj: Send) -> list[str]:
        """Return the name over its campaign."""
        return [obj.name, obj.campaign.name]

    @display(description="Status", label=STATUS_COLORS, ordering="status")
    def state(self, obj: Send) -> str:
        """Return the status as a badge."""
        return obj.get_status_display()

    @admin.display(description="UTM campaign", ordering="utm_campaign")
    def campaign_name(self, obj: Send) -> str:
        """Return the name used in every report."""
        return obj.utm_campaign

    @admin.display(description="Planned for", ordering="scheduled_at")
    def planned_for(self, obj: Send) -> datetime | None:
        """Return when it shall go out."""
        return obj.scheduled_at

    @admin.display(description="Recipients", ordering="audience_size")
    def recipients(self, obj: Send) -> str:
        """Return the planned number of recipients."""
        return f"{obj.audience_size:,}"

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new send goes out by SMS unless someone says otherwise."""
        sms = Channel.objects.filter(slug="sms").values_list("pk", flat=True).first()
        return {"channel": sms, **super().get_changeform_initial_data(request)}

    def get_readonly_fields(self, request: HttpRequest, obj: Send | None = None) -> list[str]:
        """Fix what the links carry once they are out."""
        if not _frozen(obj):
            return []
        return [name.removesuffix("_id") for name in FROZEN_FIELDS]

    def has_delete_permission(self, request: HttpRequest, obj: Send | None = None) -> bool:
        """Only a draft can be deleted; everything else is history."""
        if obj is not None and obj.status != Send.Status.DRAFT:
            return False
        return super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Sends are deleted one by one, while they are drafts."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(self, request: HttpRequest, obj: Send, form: Any, change: Any) -> None:
        """Wait: a send is saved together with its messages, in `save_related`."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Save the send with its messages in one service call."""
        status = form.instance.status
        messages = formsets[0].wanted_messages() if formsets else None
        save_send(
            send=form.instance,
            messages=None if _frozen(form.instance) else messages,
            by=signed_in_user(request),
            now=timezone.now(),
        )
        if form.instance.status != status:
            text = "The send went back to draft, because it is not complete any more."
            self.message_user(request, text, level="WARNING")

    def response_post_save_add(self, request: HttpRequest, obj: Send) -> HttpResponse:
        """Stay on the new send's page, which says what comes next."""
        return redirect("admin:campaigns_send_change", obj.pk)

    def row_actions(self, request: HttpRequest, obj: Send) -> list[RowAction]:
        """Offer exactly the transitions that may follow."""
        return [
            RowAction(
                name=to,
                label=VERBS[to],
                run=_mover(to),
                variant="default" if index else "primary",
                confirm=_CONFIRM.get(to, ""),
            )
            for index, to in enumerate(may_follow(obj.status))
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the convention, the state, the preflight results and every app's panel."""
        send = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = {"conventions": _conventions_for(send)}
        if send is not None:
            context |= _story(send, request)
        context |= extra_context or {}
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except ConventionBrokenError as error:
            # A name was taken after the form's check. Nothing is stored, so the form says it.
            setattr(request, _REFUSED, error.violations)
            return super().changeform_view(request, object_id, form_url, context)

    def get_form(
        self, request: HttpRequest, obj: Send | None = None, change: Any = None, **kwargs: Any
    ) -> Any:
        """Return the form, which knows what was refused when it was saved."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refused = getattr(request, _REFUSED, ())
        return form


def _conventions_for(send: Send | None) -> QuerySet[NamingConvention]:
    published = NamingConvention.objects.published().select_related("channel")
    published = published.prefetch_related("tokens")
    return (
        published.filter(channel=send.channel) if send else published.order_by("channel__position")
    )


def _story(send: Send, request: HttpRequest) -> dict[str, Any]:
    steps = ["draft", "ready", "live", "done"]
    reached = steps.index(send.status) if send.status in steps else -1
    shows_checks = send.status in {"draft", "ready", "live"}
    results = run_checks(send, now=timezone.now()) if shows_checks else []
    errors = [result for result in results if result.level == Level.ERROR]
    return {
        "send": send,
        "steps": [
            (Send.Status(step).label, index < reached, index == reached)
            for index, step in enumerate(steps)
        ],
        "next_step": _next_step(send, errors),
        "errors_found": errors,
        "warnings_found": [result for result in results if result.level == Level.WARNING],
        "passed": [result for result in results if result.level == Level.OK],
        "shows_checks": shows_checks,
        "checks_title": "Checks" if send.status == "live" else "Before it goes live",
        "panels": _rendered_panels(send, request),
    }


def _next_step(send: Send, errors: list[CheckResult]) -> str:
    if send.status == Send.Status.READY and errors:
        points = "1 point" if len(errors) == 1 else f"{len(errors)} points"
        return f"Not yet: mend the {points} marked ✕ below, then go live."
    return _NEXT_STEP[send.status]


def _rendered_panels(send: Send, request: HttpRequest) -> list[tuple[str, str]]:
    rendered: list[tuple[str, str]] = []
    for panel in panels():
        context = panel.context(send, request)
        if context is not None:
            context = {"send": send, **context}
            rendered.append((panel.title, render_to_string(panel.template, context, request)))
    return rendered


def _mover(to: str) -> Any:
    def move(request: HttpRequest, send: Send) -> str:
        try:
            moved = transition_send(
                send=send, to=to, by=signed_in_user(request), now=timezone.now()
            )
        except TransitionNotAllowedError as error:
            raise RowActionRefusedError([str(error)]) from error
        except TransitionRefusedError as error:
            raise RowActionRefusedError([_reason(result) for result in error.missing]) from error
        return f"“{moved.name}” is now {moved.get_status_display().lower()}."

    return move


def _reason(result: CheckResult) -> str:
    if not result.fix_url:
        return result.message
    return format_html(
        '{} <a class="underline" href="{}">Mend it</a>', result.message, result.fix_url
    )

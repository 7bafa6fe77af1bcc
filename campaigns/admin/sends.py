"""Sends: planned, checked and moved on, on one page that tells their whole story."""

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateTimeFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display

from campaigns.admin.send_actions import send_actions
from campaigns.admin.send_builder_page import SEEN_AT, SendBuilderMixin
from campaigns.admin.send_bulk import SendBulkMixin
from campaigns.admin.send_forms import SendForm
from campaigns.admin.send_imports import SendFiles
from campaigns.admin.send_messages import MessageInline, is_out
from campaigns.admin.send_replacing import MessageReplacingMixin
from campaigns.admin.send_story import conventions_for, story_of
from campaigns.admin_base import (
    RowAction,
    RowActionsMixin,
    TextrailHistoryAdmin,
    signed_in_user,
)
from campaigns.conventions import Violation
from campaigns.divided_audiences import divided_people
from campaigns.models import Channel, Send
from campaigns.services import (
    FROZEN_FIELDS,
    ConventionBrokenError,
    HoldoutFixedError,
    SendChangedMeanwhileError,
    SendFrozenError,
    save_send,
)

STATUS_COLORS = {
    Send.Status.DRAFT.label: "default",
    Send.Status.READY.label: "info",
    Send.Status.LIVE.label: "success",
    Send.Status.DONE.label: "primary",
    Send.Status.CANCELLED.label: "danger",
}
_REFUSED = "refused_violations"


@admin.register(Send)
class SendAdmin(
    SendBuilderMixin,
    SendFiles,
    SendBulkMixin,
    MessageReplacingMixin,
    RowActionsMixin,
    TextrailHistoryAdmin,
):
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
        """A new send goes out by SMS unless someone says otherwise, on the calendar's day."""
        sms = Channel.objects.filter(slug="sms").values_list("pk", flat=True).first()
        initial = {"channel": sms, **super().get_changeform_initial_data(request)}
        return {**initial, "scheduled_at": _moment(initial.get("scheduled_at"))}

    def get_readonly_fields(self, request: HttpRequest, obj: Send | None = None) -> list[str]:
        """Fix what the links carry once they are out, and the holdout once it divided people."""
        fixed = [name.removesuffix("_id") for name in FROZEN_FIELDS] if is_out(obj) else []
        if obj is not None and divided_people(obj.pk):
            fixed.append("holdout_percent")
        return fixed

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
            messages=None if is_out(form.instance) else messages,
            by=signed_in_user(request),
            now=timezone.now(),
            seen_at=_seen_at(form),
        )
        if form.instance.status != status:
            text = "The send went back to draft, because it is not complete any more."
            self.message_user(request, text, level="WARNING")

    def response_post_save_add(self, request: HttpRequest, obj: Send) -> HttpResponse:
        """Stay on the new send's page, which says what comes next."""
        return redirect("admin:campaigns_send_change", obj.pk)

    def row_actions(self, request: HttpRequest, obj: Send) -> list[RowAction]:
        """Offer exactly the transitions that may follow, and a clone at all times."""
        return send_actions(obj)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the convention, the state, the preflight results and every app's panel."""
        context = self._story(request, object_id, extra_context)
        try:
            return super().changeform_view(request, object_id, form_url, context)
        except ConventionBrokenError as error:
            # A name was taken after the form's check. Nothing is stored, so the form says it.
            setattr(request, _REFUSED, error.violations)
        except SendChangedMeanwhileError as error:
            found = Violation(SEEN_AT, "", "changed-meanwhile", str(error), "")
            setattr(request, _REFUSED, (found,))
        except HoldoutFixedError as error:
            # The first people were uploaded after the form was opened.
            self.message_user(request, str(error), level="ERROR")
            context = self._story(request, object_id, extra_context)
        except SendFrozenError as error:
            # It went out after the form's check: what may still change is saved without the rest.
            self.message_user(request, f"It went out while you wrote. {error}", level="ERROR")
            context = self._story(request, object_id, extra_context)
        return super().changeform_view(request, object_id, form_url, context)

    def _story(
        self, request: HttpRequest, object_id: str | None, extra: dict[str, Any] | None
    ) -> dict[str, Any]:
        send = self.get_object(request, object_id) if object_id else None
        context: dict[str, Any] = {"conventions": conventions_for(send)}
        if send is not None:
            context |= story_of(send, request)
        return context | (extra or {})

    def get_form(
        self, request: HttpRequest, obj: Send | None = None, change: Any = None, **kwargs: Any
    ) -> Any:
        """Return the form, which knows what was refused when it was saved."""
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refused = getattr(request, _REFUSED, ())
        return form


def _seen_at(form: SendForm) -> datetime | None:
    """Return when the send was saved last as its form was opened, if the page told."""
    try:
        return parse_datetime(form.data.get(SEEN_AT, ""))
    except ValueError:
        return None


def _moment(text: Any) -> datetime | None:
    """Return the time that an address names, such as `2026-06-10T10:00`; None if it is none."""
    try:
        moment = parse_datetime(text or "")
        return moment and timezone.make_aware(moment)
    except ValueError:
        return None

"""Webhook messages in the admin: what was sent, what came back, and sending again."""

import json
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from campaigns.admin_base import (
    ReadOnlyTextrailAdmin,
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
)
from links.models import WebhookDelivery
from links.webhook_events import EVENT_TYPES
from links.webhook_posts import message_body
from links.webhooks import DeliveryUnderWayError, send_again

_COLORS = {"Delivered": "success", "Waiting": "info", "Tried": "warning", "Given up": "danger"}
_MAY = "links.change_webhookendpoint"


class DeliveryStateFilter(admin.SimpleListFilter):
    """By what became of a message."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("waiting", "Waiting"), ("delivered", "Delivered"), ("given-up", "Given up")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep messages in that state."""
        if self.value() == "waiting":
            return queryset.filter(next_attempt_at__isnull=False)
        if self.value() == "delivered":
            return queryset.filter(delivered_at__isnull=False)
        if self.value() == "given-up":
            return queryset.filter(delivered_at__isnull=True, next_attempt_at__isnull=True)
        return queryset


class EventTypeFilter(admin.SimpleListFilter):
    """By the kind of event."""

    title = "event"
    parameter_name = "event_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the kinds; distinct values would read the whole table."""
        return [(one.code, one.code) for one in EVENT_TYPES]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep messages of that kind."""
        return queryset.filter(event_type=self.value()) if self.value() else queryset


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(RowActionsMixin, ReadOnlyTextrailAdmin):
    """Messages to other systems."""

    list_display = (
        "queued", "event_type", "endpoint_name", "state", "attempts", "answer", "next_attempt",
    )  # fmt: skip
    list_filter = (DeliveryStateFilter, EventTypeFilter, "endpoint")
    list_select_related = ("endpoint",)
    search_fields = ("id",)
    search_help_text = "The webhook-id of a message"
    actions = ("send_chosen_again",)
    fields = (
        "endpoint", "event_type", "state", "queued", "attempts", "next_attempt", "answer",
        "answer_text", "message_id", "body",
    )  # fmt: skip
    readonly_fields = fields

    class Media:
        css = {"all": ("links/alerts.css",)}

    @display(description="When", ordering="created_at")
    def queued(self, delivery: WebhookDelivery) -> str:
        """When it happened, to the second."""
        return _shown(delivery.created_at)

    @display(description="Attempts", ordering="attempt_count")
    def attempts(self, delivery: WebhookDelivery) -> str:
        """How many there were, and when the last one was."""
        last = f", last {_shown(delivery.attempted_at)}" if delivery.attempted_at else ""
        return f"{delivery.attempt_count}{last}"

    @display(description="Next attempt", ordering="next_attempt_at", empty_value="–")
    def next_attempt(self, delivery: WebhookDelivery) -> str | None:
        """When it is sent next; nothing once it is settled."""
        return _shown(delivery.next_attempt_at) if delivery.next_attempt_at else None

    @display(description="Its text", empty_value="–")
    def answer_text(self, delivery: WebhookDelivery) -> str | None:
        """The beginning of what came back."""
        return delivery.last_answer or None

    @display(description="Endpoint", ordering="endpoint__description")
    def endpoint_name(self, delivery: WebhookDelivery) -> str:
        """The endpoint's description, else its address."""
        return str(delivery.endpoint)

    @display(description="State", label=_COLORS)
    def state(self, delivery: WebhookDelivery) -> str:
        """Delivered, waiting, tried in vain and waiting again, or given up."""
        if delivery.delivered_at is not None:
            return "Delivered"
        if delivery.next_attempt_at is None:
            return "Given up"
        return "Tried" if delivery.attempt_count else "Waiting"

    @display(description="Last answer", empty_value="–")
    def answer(self, delivery: WebhookDelivery) -> str | None:
        """What came back, in words."""
        if delivery.last_problem:
            return delivery.last_problem
        return f"{delivery.last_status}" if delivery.last_status else None

    @display(description="webhook-id")
    def message_id(self, delivery: WebhookDelivery) -> str:
        """The id under which the receiver knows the message."""
        return str(delivery.pk)

    @display(description="Message")
    def body(self, delivery: WebhookDelivery) -> SafeString:
        """The body as it is sent, made readable."""
        text = json.dumps(json.loads(message_body(delivery)), indent=2, ensure_ascii=False)
        return format_html('<pre class="tr-payload">{}</pre>', text)

    def row_actions(self, request: HttpRequest, obj: WebhookDelivery) -> list[RowAction]:
        """Offer to send again what does not wait anyway."""
        if obj.next_attempt_at is not None:
            return []
        return [RowAction("again", "Send again", _send_again, "primary", permission=_MAY)]

    @action(description="Send again", permissions=["send"])
    def send_chosen_again(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """Send the chosen messages once more; those that wait anyway are left."""
        count = 0
        for delivery in queryset:
            try:
                send_again(delivery=delivery, now=timezone.now())
                count += 1
            except DeliveryUnderWayError as error:
                messages.warning(request, str(error))
        if count:
            messages.success(request, f"Messages that are sent again now: {count:,}.")

    def has_send_permission(self, request: HttpRequest) -> bool:
        """Say who may send again."""
        return bool(request.user.has_perm(_MAY))


def _shown(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%-d %b, %H:%M:%S}"


def _send_again(request: HttpRequest, delivery: WebhookDelivery) -> str:
    try:
        send_again(delivery=delivery, now=timezone.now())
    except DeliveryUnderWayError as error:
        raise RowActionRefusedError([str(error)]) from error
    return "It is sent again now, under the same webhook-id."

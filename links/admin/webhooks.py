"""Webhook endpoints in the admin: added, tried out, rotated, switched off and on."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextInputWidget,
)

from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    TextrailAdmin,
    signed_in_user,
)
from links.models import WebhookDelivery, WebhookEndpoint
from links.webhook_endpoints import (
    EndpointRefusedError,
    EndpointStateError,
    change_endpoint,
    check_endpoint,
    create_endpoint,
    rotate_secret,
    send_trial,
    switch_off,
    switch_on,
)
from links.webhook_events import EVENT_TYPES

_COLORS = {"Works": "success", "Not used yet": "info", "Fails": "warning", "Off": "danger"}
_ROTATE = (
    "Make a new signing key? Messages are signed with both keys for 24 hours, "
    "then with the new one only."
)


class WebhookEndpointForm(forms.ModelForm):
    """Where to send, and what."""

    url = forms.URLField(
        label="Address",
        max_length=2000,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget,
        help_text="An https:// address of the other system that takes POST requests.",
    )
    event_types = forms.MultipleChoiceField(
        label="Events",
        choices=[(one.code, f"{one.code}: {one.description}") for one in EVENT_TYPES],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Taps come in bursts of thousands; the others are rare.",
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("url", "description", "event_types")
        help_texts = {"description": "What it is for, such as “Alerts in the marketing chat”."}

    def clean(self) -> dict[str, Any]:
        """Refuse what the services refuse, at its field."""
        values: dict[str, Any] = super().clean() or {}
        if "url" in values and "event_types" in values:
            try:
                check_endpoint(url=values["url"], event_types=values["event_types"])
            except EndpointRefusedError as error:
                self.add_error(error.field, forms.ValidationError(str(error), code=error.code))
        return values


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(RowActionsMixin, TextrailAdmin):
    """Addresses of other systems that are told what happens."""

    form = WebhookEndpointForm
    list_display = ("name", "address", "state", "events", "waiting", "last_delivery")
    list_filter = ("is_active",)
    search_fields = ("url", "description")

    class Media:
        css = {"all": ("links/alerts.css",)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookEndpoint]:
        """Count what waits along: by a subquery on its index, since a join reads all messages."""
        queryset: QuerySet[WebhookEndpoint] = super().get_queryset(request)
        waiting = WebhookDelivery.objects.filter(
            endpoint=OuterRef("pk"), next_attempt_at__isnull=False
        )
        counted = waiting.order_by().values("endpoint").annotate(total=Count("pk"))
        return queryset.annotate(waiting_total=Coalesce(Subquery(counted.values("total")), 0))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """An endpoint that exists shows how it fares above what can be changed."""
        form = ("url", "description", "event_types")
        if obj is None:
            return [(None, {"fields": form})]
        return [
            (None, {"fields": ("health", "latest_deliveries")}),
            ("What is sent where", {"fields": form}),
            ("What the messages look like", {"fields": ("examples",)}),
        ]

    readonly_fields = ("health", "latest_deliveries", "examples")

    @display(description="Endpoint", ordering="description")
    def name(self, endpoint: WebhookEndpoint) -> str:
        """Its description, else its address."""
        return str(endpoint)

    @display(description="Address", ordering="url")
    def address(self, endpoint: WebhookEndpoint) -> str:
        """The address, shortened."""
        return endpoint.url if len(endpoint.url) <= 50 else f"{endpoint.url[:49]}…"

    @display(description="State", label=_COLORS)
    def state(self, endpoint: Any) -> str:
        """Whether messages arrive."""
        if not endpoint.is_active:
            return "Off"
        if endpoint.failing_since:
            return "Fails"
        return "Works" if endpoint.delivered_at else "Not used yet"

    @display(description="Events")
    def events(self, endpoint: WebhookEndpoint) -> str:
        """The kinds of events it is told of."""
        return ", ".join(endpoint.event_types)

    @display(description="Waiting")
    def waiting(self, endpoint: Any) -> int:
        """How many messages wait for it."""
        return int(endpoint.waiting_total)

    @display(description="Last delivery", empty_value="–")
    def last_delivery(self, endpoint: Any) -> str | None:
        """How long ago it took a message."""
        return f"{timesince(endpoint.delivered_at)} ago" if endpoint.delivered_at else None

    @display(description="State")
    def health(self, endpoint: Any) -> SafeString:
        """Whether messages arrive, and if not, why and what to do."""
        context = {
            "endpoint": endpoint,
            "state": self.state(endpoint),
            "waiting": endpoint.waiting_total,
            "now": timezone.now(),
        }
        return render_to_string("links/webhook_health.html", context)

    @display(description="Latest messages")
    def latest_deliveries(self, endpoint: WebhookEndpoint) -> SafeString:
        """The newest messages with what became of them."""
        rows = endpoint.deliveries.order_by("-created_at")[:8]
        return render_to_string(
            "links/webhook_deliveries.html", {"deliveries": rows, "endpoint": endpoint}
        )

    @display(description="Examples")
    def examples(self, endpoint: WebhookEndpoint) -> SafeString:
        """What is sent for each kind of event."""
        return render_to_string("links/webhook_examples.html", {"examples": _examples()})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Store it; a new one's key lives until the answer is sent."""
        if change:
            change_endpoint(endpoint=obj)
            return
        made, secret = create_endpoint(
            url=obj.url,
            event_types=obj.event_types,
            description=obj.description,
            by=signed_in_user(request),
        )
        obj.pk = made.pk
        request.webhook_secret = secret  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: WebhookEndpoint, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key, this once."""
        secret = request.webhook_secret  # type: ignore[attr-defined]
        return self._secret_page(request, obj, secret, is_rotated=False)

    def row_actions(self, request: HttpRequest, obj: WebhookEndpoint) -> list[RowAction]:
        """Offer what can be done with an endpoint in its state."""
        trial = RowAction("trial", "Send a test event", _send_trial, "primary")
        rotate = RowAction("rotate", "New signing key", self._rotate, confirm=_ROTATE)
        if not obj.is_active:
            return [RowAction("on", "Switch on", _switch_on, "primary"), trial, rotate]
        confirm = "Switch it off? Nothing is sent and no new event is kept until it is on again."
        return [trial, rotate, RowAction("off", "Switch off", _switch_off, "danger", confirm)]

    def _rotate(self, request: HttpRequest, endpoint: WebhookEndpoint) -> HttpResponse:
        secret = rotate_secret(endpoint=endpoint, now=timezone.now())
        return self._secret_page(request, endpoint, secret, is_rotated=True)

    def _secret_page(
        self, request: HttpRequest, endpoint: WebhookEndpoint, secret: str, *, is_rotated: bool
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": "The new signing key",
            "opts": self.opts,
            "endpoint": endpoint,
            "secret": secret,
            "is_rotated": is_rotated,
        }
        return TemplateResponse(request, "links/webhook_secret.html", context)


def _send_trial(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    delivery = send_trial(endpoint=endpoint, now=timezone.now())
    if delivery.delivered_at is None:
        raise RowActionRefusedError([f"The test event did not arrive. {delivery.last_problem}"])
    return f"The test event arrived: the endpoint answered {delivery.last_status}."


def _switch_off(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    try:
        switch_off(endpoint=endpoint, by=signed_in_user(request), now=timezone.now())
    except EndpointStateError as error:
        raise RowActionRefusedError([str(error)]) from error
    return "It is switched off. What waits for it is sent when it is switched on again."


def _switch_on(request: HttpRequest, endpoint: WebhookEndpoint) -> str:
    try:
        waiting = switch_on(endpoint=endpoint, now=timezone.now())
    except EndpointStateError as error:
        raise RowActionRefusedError([str(error)]) from error
    return f"It is switched on. Messages that waited and are sent now: {waiting:,}."


def _examples() -> list[dict[str, str]]:
    return [
        {
            "code": one.code,
            "description": one.description,
            "body": json.dumps(
                {"type": one.code, "timestamp": "2026-06-10T12:00:00.000Z", "data": one.example},
                indent=2,
            ),
        }
        for one in EVENT_TYPES
    ]

"""Campaigns, channels and opt-outs."""

import re
from datetime import datetime
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminColorInputWidget, UnfoldAdminTextInputWidget

from campaigns.admin import campaign_inlines
from campaigns.admin.campaign_imports import CampaignFiles
from campaigns.admin.history_panels import HistoryPanelMixin
from campaigns.admin_base import ReadOnlyTabularInline, TextrailAdmin, TextrailHistoryAdmin
from campaigns.models import Campaign, Channel, Send, Suppression
from campaigns.phone_numbers import InvalidPhoneError, normalise_phone
from campaigns.services import suppress_phone


class SendsOfCampaign(ReadOnlyTabularInline):
    """The campaign's sends, each a link to its page."""

    model = Send
    fields = ("send", "status", "campaign_name", "planned_for", "recipients")
    readonly_fields = fields
    verbose_name_plural = "Sends"

    @admin.display(description="Send")
    def send(self, obj: Send) -> str:
        """Return the name as a link."""
        address = reverse("admin:campaigns_send_change", args=[obj.pk])
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">{}</a>', address, obj.name
        )

    @admin.display(description="UTM campaign")
    def campaign_name(self, obj: Send) -> str:
        """Return the name used in every report."""
        return obj.utm_campaign

    @admin.display(description="Planned for")
    def planned_for(self, obj: Send) -> datetime | None:
        """Return when it shall go out."""
        return obj.scheduled_at

    @admin.display(description="Recipients")
    def recipients(self, obj: Send) -> str:
        """Return the planned number of recipients."""
        return f"{obj.audience_size:,}"


@admin.register(Campaign)
class CampaignAdmin(HistoryPanelMixin, CampaignFiles, TextrailHistoryAdmin):
    """Purposes that sends serve."""

    list_display = ("name", "owner", "starts_on", "ends_on", "sends", "latest_send")
    history_kind = "campaign"
    search_fields = ("name", "description")
    autocomplete_fields = ("owner",)
    inlines = (SendsOfCampaign,)
    fields = ("name", "description", "owner", ("starts_on", "ends_on"))
    change_form_outer_before_template = "campaigns/campaign_top.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Campaign]:
        """Count the sends and find the latest in the same query."""
        return (
            super()
            .get_queryset(request)
            .select_related("owner")
            .annotate(send_count=Count("sends"), latest=Max("sends__scheduled_at"))
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Whoever adds a campaign probably owns it."""
        return {"owner": request.user.pk, **super().get_changeform_initial_data(request)}

    def get_inlines(self, request: HttpRequest, obj: Campaign | None) -> Any:
        """List the sends of a campaign that is there to have some, and add what others let choose."""
        return (*campaign_inlines.inlines(), *(self.inlines if obj else ()))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Lead on to the campaign's sends."""
        plan_url = ""
        if object_id and request.user.has_perm("campaigns.add_send"):
            plan_url = f"{reverse('admin:campaigns_send_add')}?campaign={quote(object_id)}"
        context = {"plan_url": plan_url, **(extra_context or {})}
        return super().changeform_view(request, object_id, form_url, context)

    def response_post_save_add(self, request: HttpRequest, obj: Campaign) -> HttpResponse:
        """Stay on the new campaign's page, where its first send is planned."""
        return redirect("admin:campaigns_campaign_change", obj.pk)

    @admin.display(description="Sends", ordering="send_count")
    def sends(self, obj: Any) -> int:
        """Return how many sends serve the campaign."""
        count: int = obj.send_count
        return count

    @admin.display(description="Latest send", ordering="latest")
    def latest_send(self, obj: Any) -> Any:
        """Return the latest planned time."""
        return obj.latest


class ChannelForm(forms.ModelForm):
    """A channel with a colour that can be picked."""

    class Meta:
        model = Channel
        fields = ("name", "slug", "is_paid", "position", "color")
        widgets = {"color": UnfoldAdminColorInputWidget(attrs={"type": "color"})}

    def clean_color(self) -> str:
        """Return the colour as #rrggbb in lower case."""
        color: str = self.cleaned_data["color"].lower()
        if not re.fullmatch(r"#[0-9a-f]{6}", color):
            raise ValidationError(f"“{color}” is not a colour; write it like #0f766e.")
        return color


@admin.register(Channel)
class ChannelAdmin(TextrailAdmin):
    """Ways to reach people."""

    form = ChannelForm
    list_display = ("swatch", "slug", "paid", "position")
    list_display_links = ("swatch",)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description="Channel", ordering="name")
    def swatch(self, obj: Channel) -> str:
        """Return the name behind its colour."""
        return format_html(
            '<span style="display:inline-block;width:.75rem;height:.75rem;border-radius:9999px;'
            'margin-right:.5rem;background:{}"></span>{}',
            obj.color,
            obj.name,
        )

    @display(description="Paid", boolean=True)
    def paid(self, obj: Channel) -> bool:
        """Say whether its visits are bought."""
        return obj.is_paid

    def get_readonly_fields(self, request: HttpRequest, obj: Channel | None = None) -> list[str]:
        """A slug is named by rules, rows and clients, so it stays."""
        return ["slug"] if obj else []

    def get_prepopulated_fields(
        self, request: HttpRequest, obj: Channel | None = None
    ) -> dict[str, Any]:
        """Only a new channel's slug follows its name."""
        return {} if obj else dict(self.prepopulated_fields)


class SuppressionForm(forms.ModelForm):
    """A number to be left alone; only its hash is stored."""

    phone = forms.CharField(
        label="Phone number",
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "+14155550123"}),
        help_text="Stored as a hash: nobody can read it back.",
    )

    class Meta:
        model = Suppression
        fields = ("phone", "reason", "send")

    def clean_phone(self) -> str:
        """Return the E.164 form."""
        try:
            return normalise_phone(self.cleaned_data["phone"])
        except InvalidPhoneError as error:
            raise ValidationError(str(error)) from error


@admin.register(Suppression)
class SuppressionAdmin(TextrailAdmin):
    """Opt-outs: numbers that must not be texted."""

    form = SuppressionForm
    list_display = ("phone_masked", "reason", "send", "suppressed_at")
    list_filter = ("reason",)
    list_select_related = ("send",)
    search_fields = ("phone_masked", "reason")
    autocomplete_fields = ("send",)

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        """An opt-out is a fact; it can be removed, not edited."""
        return False

    def get_fields(self, request: HttpRequest, obj: Suppression | None = None) -> tuple[str, ...]:
        """Show the mask where the number itself is gone."""
        if obj:
            return ("phone_masked", "reason", "send", "suppressed_at")
        return ("phone", "reason", "send")

    def save_model(
        self, request: HttpRequest, obj: Suppression, form: forms.ModelForm, change: Any
    ) -> None:
        """Store the number's hash; a number already there stays as it is."""
        stored = suppress_phone(
            phone=form.cleaned_data["phone"],
            reason=obj.reason,
            send=obj.send,
            now=timezone.now(),
        )
        obj.pk, obj.phone_masked = stored.pk, stored.phone_masked

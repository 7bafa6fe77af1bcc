"""Set-up: how each channel's sends go out."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.builder_widgets import CheckedInput
from campaigns.admin.history_panels import HistoryPanelMixin
from campaigns.admin_base import TextrailHistoryAdmin
from campaigns.models import SendingPolicy
from campaigns.money import InvalidCurrencyError, check_currency
from campaigns.quiet_hours import UnknownTimeZoneError, zone_named
from campaigns.time_zones import common_zones


class SendingPolicyForm(forms.ModelForm):
    """A policy whose time zone and currency exist."""

    class Meta:
        model = SendingPolicy
        fields = (
            "channel",
            "needs_approval",
            "warnings_need_reason",
            "quiet_from",
            "quiet_until",
            "time_zone",
            "quiet_hours_block",
            "most_segments",
            "segment_rate",
            "currency",
            "collision_days",
        )
        labels = {
            "needs_approval": "A second person approves every send",
            "warnings_need_reason": "Every warning is answered",
            "quiet_from": "Quiet from",
            "quiet_until": "Quiet until",
            "quiet_hours_block": "In quiet hours nothing goes live",
            "time_zone": "Time zone",
            "most_segments": "Segments at most",
            "segment_rate": "Price of a segment",
            "collision_days": "Days between two sends",
        }
        help_texts = {
            "needs_approval": "Somebody who neither planned nor last edited a send approves it "
            "before it goes live. Any later change asks for a new approval.",
            "warnings_need_reason": "A send goes live only when each warning was mended or "
            "accepted with a reason. Without this, warnings only warn.",
            "quiet_from": "By the recipients’ clock. Empty both for none.",
            "quiet_until": "Earlier than the start means the next morning.",
            "quiet_hours_block": "Otherwise a send at night is only warned about.",
            "time_zone": "Of recipients whose send names none; empty means this installation’s.",
            "most_segments": "A longer text is warned about: every segment is paid for.",
            "segment_rate": "What the platform charges for one segment, carrier fees included, "
            "such as 0.0083. Empty means no cost estimates.",
            "currency": "Three letters such as USD or EUR.",
            "collision_days": "Two sends to the same people within so many days are warned about.",
        }
        widgets = {
            "time_zone": CheckedInput(attrs={"placeholder": "Europe/Berlin"}),
            "currency": UnfoldAdminTextInputWidget(attrs={"placeholder": "USD"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "time_zone" in self.fields:
            cast("CheckedInput", self.fields["time_zone"].widget).options = common_zones()

    def clean_time_zone(self) -> str:
        """Refuse a name that no time zone has."""
        name: str = self.cleaned_data["time_zone"].strip()
        try:
            if name:
                zone_named(name)
        except UnknownTimeZoneError as error:
            raise forms.ValidationError(str(error)) from error
        return name

    def clean_currency(self) -> str:
        """Return the code in capitals."""
        try:
            return check_currency(self.cleaned_data["currency"])
        except InvalidCurrencyError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Refuse one half of the quiet hours, and a rate below nothing."""
        data = super().clean() or self.cleaned_data
        starts, ends = data.get("quiet_from"), data.get("quiet_until")
        lacking = "quiet_from" if starts is None else "quiet_until"
        if (starts is None) != (ends is None) and lacking not in self.errors:
            self.add_error(lacking, "Quiet hours need both times, or neither.")
        if (data.get("segment_rate") or 0) < 0:
            self.add_error("segment_rate", "A price is zero or more.")
        return data


@admin.register(SendingPolicy)
class SendingPolicyAdmin(HistoryPanelMixin, TextrailHistoryAdmin):
    """One policy per channel."""

    form = SendingPolicyForm
    history_kind = "policy"
    list_display = ("channel", "approval", "warnings", "quiet_hours", "price", "collisions")
    list_select_related = ("channel",)
    fieldsets = (
        (None, {"fields": ("channel",)}),
        (
            "Before a send goes live",
            {
                "fields": ("needs_approval", "warnings_need_reason"),
                "description": "Errors always hold a send back. This is what else it takes.",
            },
        ),
        (
            "Quiet hours",
            {
                "fields": (("quiet_from", "quiet_until"), "time_zone", "quiet_hours_block"),
                "description": "When people are not to be disturbed, by the clock on their wall. "
                "A send may name its own recipients’ time zone.",
            },
        ),
        (
            "What a text costs",
            {"fields": ("most_segments", ("segment_rate", "currency"))},
        ),
        ("Rest for an audience", {"fields": ("collision_days",)}),
    )

    def get_readonly_fields(
        self, request: HttpRequest, obj: SendingPolicy | None = None
    ) -> tuple[str, ...]:
        """A policy stays with its channel."""
        return ("channel",) if obj else ()

    @display(description="Second approval", boolean=True, ordering="needs_approval")
    def approval(self, obj: SendingPolicy) -> bool:
        """Say whether a second person has to approve."""
        return obj.needs_approval

    @display(description="Warnings answered", boolean=True, ordering="warnings_need_reason")
    def warnings(self, obj: SendingPolicy) -> bool:
        """Say whether every warning needs an answer."""
        return obj.warnings_need_reason

    @admin.display(description="Quiet hours")
    def quiet_hours(self, obj: SendingPolicy) -> str:
        """Return from when until when, and where."""
        if obj.quiet_from is None or obj.quiet_until is None:
            return "None"
        where = f" in {obj.time_zone}" if obj.time_zone else ""
        blocks = ", nothing goes live" if obj.quiet_hours_block else ""
        return f"{obj.quiet_from:%H:%M}–{obj.quiet_until:%H:%M}{where}{blocks}"

    @admin.display(description="Price of a segment", ordering="segment_rate")
    def price(self, obj: SendingPolicy) -> str:
        """Return the rate with its currency."""
        if obj.segment_rate is None:
            return "Not set"
        return f"{obj.segment_rate.normalize():f} {obj.currency}"

    @admin.display(description="Days between sends", ordering="collision_days")
    def collisions(self, obj: SendingPolicy) -> int:
        """Return within how many days two sends collide."""
        return obj.collision_days

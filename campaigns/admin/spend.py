"""Spend and exchange rates."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from unfold.contrib.filters.admin import (
    ChoicesDropdownFilter,
    RangeDateFilter,
    RelatedDropdownFilter,
)
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin.history_panels import HistoryPanelMixin
from campaigns.admin.spend_imports import SpendFiles
from campaigns.admin_base import TextrailAdmin, TextrailHistoryAdmin, signed_in_user
from campaigns.doorbell import SETTLE, ring_once_on_commit
from campaigns.models import ExchangeRate, Spend
from campaigns.money import (
    InvalidAmountError,
    InvalidCurrencyError,
    Money,
    check_currency,
    format_amount,
    parse_amount,
)
from campaigns.rate_card import replace_rate_card
from campaigns.spend_panel import KIND_NAMES
from campaigns.spend_rows import RATE_CARD, kind_of

KIND_COLORS = {
    KIND_NAMES[Spend.Kind.INVOICE]: "default",
    KIND_NAMES[Spend.Kind.CREDIT_NOTE]: "success",
    KIND_NAMES[Spend.Kind.RATE_CARD]: "warning",
}


class SpendForm(forms.ModelForm):
    """A day's cost, its amount written as people write it."""

    amount = forms.CharField(
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"placeholder": "1234.50", "inputmode": "decimal"}),
        help_text="A credit note is negative.",
    )

    class Meta:
        model = Spend
        fields = (
            "platform",
            "external_id",
            "date",
            "currency",
            "amount",
            "channel",
            "campaign",
            "send",
            "description",
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            self.initial["amount"] = format_amount(
                self.instance.amount_minor, self.instance.currency
            )

    def clean_currency(self) -> str:
        """Return the code in capitals."""
        try:
            return check_currency(self.cleaned_data["currency"])
        except InvalidCurrencyError as error:
            raise ValidationError(str(error)) from error

    def clean_platform(self) -> str:
        """Keep the rate card's name for what is counted by it."""
        platform: str = self.cleaned_data["platform"]
        if platform == RATE_CARD and self.instance.kind != Spend.Kind.RATE_CARD:
            raise ValidationError(
                f"“{RATE_CARD}” is Textrail’s own estimate; name the platform that charged."
            )
        return platform

    def clean_amount(self) -> str:
        """Read the amount in the currency, which stands before it."""
        text: str = self.cleaned_data["amount"]
        currency = self.cleaned_data.get("currency")
        if currency is None:
            return text
        try:
            self.instance.amount_minor = parse_amount(text, currency)
        except InvalidAmountError as error:
            raise ValidationError(str(error)) from error
        if self.instance.kind != Spend.Kind.RATE_CARD:
            self.instance.kind = kind_of(self.instance.amount_minor)
        elif self.instance.amount_minor < 0:
            raise ValidationError("What the rate card says cannot be negative.")
        return text


@admin.register(Spend)
class SpendAdmin(HistoryPanelMixin, SpendFiles, TextrailHistoryAdmin):
    """What platforms charged, day by day."""

    form = SpendForm
    history_kind = "spend"
    list_display = ("date", "platform", "external_id", "channel", "goes_to", "what", "amount")
    list_filter = (
        ("kind", ChoicesDropdownFilter),
        ("channel", RelatedDropdownFilter),
        ("campaign", RelatedDropdownFilter),
        "platform",
        "currency",
        ("date", RangeDateFilter),
    )
    list_select_related = ("channel", "campaign", "send")
    search_fields = ("platform", "external_id", "description", "campaign__name", "send__name")
    autocomplete_fields = ("campaign", "send", "channel")
    list_before_template = "campaigns/spend_totals.html"
    fields = (
        ("platform", "external_id"),
        "date",
        ("currency", "amount"),
        "channel",
        ("campaign", "send"),
        "description",
    )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A cost is of today and in the currency of the reports, unless someone says otherwise."""
        usual = {"date": timezone.localdate(), "currency": settings.REPORTING_CURRENCY}
        return {**usual, **super().get_changeform_initial_data(request)}

    @admin.display(description="Campaign or send")
    def goes_to(self, obj: Spend) -> str:
        """Return the name of what the money was spent on."""
        return str(obj.send or obj.campaign or "The channel as a whole")

    @display(description="Kind", label=KIND_COLORS, ordering="kind")
    def what(self, obj: Spend) -> str:
        """Return what the amount is, as a badge."""
        return KIND_NAMES[Spend.Kind(obj.kind)]

    @admin.display(description="Amount", ordering="amount_minor")
    def amount(self, obj: Spend) -> str:
        """Return the amount as people read it."""
        return str(Money(obj.amount_minor, obj.currency))

    def get_readonly_fields(self, request: HttpRequest, obj: Spend | None = None) -> list[str]:
        """Fix what ties a rate card's figure to its send; its amount can be corrected."""
        if obj is None or obj.kind != Spend.Kind.RATE_CARD:
            return []
        return ["platform", "external_id", "date", "channel", "campaign", "send"]

    def save_model(self, request: HttpRequest, obj: Spend, form: Any, change: Any) -> None:
        """Let an invoice take the rate card's place."""
        super().save_model(request, obj, form, change)
        replace_rate_card([obj], by=signed_in_user(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Add the totals of what the filters leave, one per currency."""
        response: Any = super().changelist_view(request, extra_context)
        listed = (getattr(response, "context_data", None) or {}).get("cl")
        if listed is not None:
            sums = listed.queryset.order_by("currency").values_list("currency")
            response.context_data["spend_totals"] = [
                Money(total, currency) for currency, total in sums.annotate(Sum("amount_minor"))
            ]
        return response


@admin.register(ExchangeRate)
class ExchangeRateAdmin(TextrailAdmin):
    """Daily rates into the reporting currency."""

    list_display = ("date", "currency", "rate")
    list_filter = ("currency", ("date", RangeDateFilter))
    date_hierarchy = "date"

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: Any, change: Any) -> None:
        """Let the outcomes of the rate's days follow at once."""
        super().save_model(request, obj, form, change)
        ring_once_on_commit(SETTLE)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ExchangeRate]) -> None:
        """Let the outcomes of the rates' days follow at once."""
        super().delete_queryset(request, queryset)
        ring_once_on_commit(SETTLE)

    def delete_model(self, request: HttpRequest, obj: ExchangeRate) -> None:
        """Let the outcomes of the rate's days follow at once."""
        super().delete_model(request, obj)
        ring_once_on_commit(SETTLE)

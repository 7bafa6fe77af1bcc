"""Spend and exchange rates."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse
from unfold.contrib.filters.admin import RangeDateFilter, RelatedDropdownFilter
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin_base import TextrailAdmin, TextrailHistoryAdmin
from campaigns.models import ExchangeRate, Spend
from campaigns.money import (
    InvalidAmountError,
    InvalidCurrencyError,
    Money,
    check_currency,
    format_amount,
    parse_amount,
)
from campaigns.spend_rows import kind_of


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
        self.instance.kind = kind_of(self.instance.amount_minor)
        return text


@admin.register(Spend)
class SpendAdmin(TextrailHistoryAdmin):
    """What platforms charged, day by day."""

    form = SpendForm
    list_display = ("date", "platform", "external_id", "channel", "goes_to", "amount")
    list_filter = (
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
        ("date", "currency", "amount"),
        ("channel", "campaign", "send"),
        "description",
    )

    @admin.display(description="Campaign or send")
    def goes_to(self, obj: Spend) -> str:
        """Return the name of what the money was spent on."""
        return str(obj.send or obj.campaign or "The channel as a whole")

    @admin.display(description="Amount", ordering="amount_minor")
    def amount(self, obj: Spend) -> str:
        """Return the amount as people read it."""
        return str(Money(obj.amount_minor, obj.currency))

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

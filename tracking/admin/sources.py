"""Sources with the tag a website copies, and goals."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.admin_base import TextrailAdmin
from campaigns.money import InvalidAmountError, display_amount, format_amount, parse_amount
from tracking.models import Goal, Source
from tracking.snippet import snippet_tag


class SourceForm(forms.ModelForm):
    """A website with its hosts, one a line; pasted addresses are cut to their host."""

    hosts = forms.CharField(
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="One host a line, such as www.example.com. Only pages there may report.",
    )

    class Meta:
        model = Source
        fields = ("name", "hosts", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["hosts"] = "\n".join(self.instance.hosts)

    def clean_hosts(self) -> list[str]:
        """Return the hosts in lower case."""
        words = self.cleaned_data["hosts"].replace(",", " ").split()
        return list(dict.fromkeys(_host(word) for word in words))


def _host(text: str) -> str:
    try:
        parts = urlsplit(text if "//" in text else f"//{text}")
        host = parts.netloc.casefold()
    except ValueError as error:
        raise ValidationError(f"“{text}” is not a host.") from error
    if not host or "@" in host or "*" in host:
        raise ValidationError(f"“{text}” is not a host; write it like www.example.com.")
    return host


@admin.register(Source)
class SourceAdmin(TextrailAdmin):
    """Websites and servers that report events."""

    form = SourceForm
    list_display = ("name", "where", "is_active", "created_at")
    search_fields = ("name",)
    change_form_outer_before_template = "tracking/source_page.html"

    @display(description="Hosts")
    def where(self, source: Source) -> str:
        """Return the hosts that may report."""
        return ", ".join(source.hosts) or "None yet"

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show the tag to copy."""
        source = self.get_object(request, object_id)
        context = {"snippet_tag": snippet_tag(source, settings.PUBLIC_URL)} if source else {}
        return super().change_view(request, object_id, form_url, context | (extra_context or {}))


class GoalForm(forms.ModelForm):
    """A goal whose worth is written as an amount."""

    worth = forms.CharField(
        required=False,
        widget=UnfoldAdminTextInputWidget(),
        help_text="Counts where the event brings no value of its own. May stay empty.",
    )

    class Meta:
        model = Goal
        fields = ("name", "event_name", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worth"].label = f"Worth in {settings.REPORTING_CURRENCY}"
        if self.instance.value_minor is not None:
            worth = format_amount(self.instance.value_minor, settings.REPORTING_CURRENCY)
            self.initial["worth"] = worth

    def clean_worth(self) -> str:
        """Read the amount; keep its minor units for the row."""
        text: str = self.cleaned_data["worth"].strip()
        try:
            minor = parse_amount(text, settings.REPORTING_CURRENCY) if text else None
        except InvalidAmountError as error:
            raise ValidationError(str(error)) from error
        self.instance.value_minor = minor
        return text


@admin.register(Goal)
class GoalAdmin(TextrailAdmin):
    """Events that count as leads."""

    form = GoalForm
    list_display = ("name", "event_name", "worth", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "event_name")

    @display(description="Worth", ordering="value_minor")
    def worth(self, goal: Goal) -> str:
        """Return what it counts for."""
        if goal.value_minor is None:
            return "–"
        return display_amount(goal.value_minor, settings.REPORTING_CURRENCY)

"""A send's messages on its page: one text, or the versions A, B, … of a test."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.admin.send_form_data import in_order, number_in
from campaigns.admin.send_forms import explain
from campaigns.admin_base import TextrailStackedInline
from campaigns.lifecycle import is_frozen
from campaigns.models import Message, Send
from campaigns.published_rules import NoConventionError
from campaigns.send_checks import check_send
from campaigns.versions import MOST_VERSIONS


class MessageForm(forms.ModelForm):
    """One version of the text. The page puts its preview, and what is wrong with it, beside it."""

    builder_title = ""
    builder_preview = ""
    builder_verdict = ""
    destination_url = forms.URLField(
        label="Landing page of this version",
        required=False,
        max_length=2000,
        assume_scheme="https",
        help_text="Only where it differs from the send’s.",
        widget=UnfoldAdminTextInputWidget(
            attrs={"placeholder": "The send’s landing page", "inputmode": "url"}
        ),
    )

    class Meta:
        model = Message
        fields = ("body", "utm_content", "share", "destination_url")
        labels = {
            "body": "Text",
            "utm_content": "UTM content",
            "share": "Share in %",
        }
        help_texts = {
            "body": "Write {link} where the short link goes, and how to opt out.",
            "utm_content": "Leave it empty: several versions are named by the convention.",
            "share": "Of the recipients; 100 everywhere shares evenly.",
        }
        widgets = {
            "body": UnfoldAdminTextareaWidget(
                attrs={
                    "rows": 5,
                    "placeholder": "Your trial waits for you: {link} Reply STOP to opt out",
                }
            ),
        }

    def validate_unique(self) -> None:
        """Leave it to the form set, which sees all versions at once."""

    def _get_validation_exclusions(self) -> set[str]:
        """Leave the version's name to the form set, which explains what would pass."""
        return super()._get_validation_exclusions() | {"utm_content"}  # type: ignore[misc]


class MessageFormSet(PaginationInlineFormSet):
    """A send's messages, whose versions are checked together."""

    instance: Any

    def clean(self) -> None:
        """Check every version's name against the convention and against the others."""
        forms_kept = self._kept()
        if any(form.errors for form in forms_kept) or self.instance.channel_id is None:
            return
        try:
            messages = [form.instance for form in forms_kept]
            verdict = check_send(self.instance, messages, now=timezone.now())
        except NoConventionError:
            return  # the send's own form says so
        for found in verdict.violations:
            if found.field.startswith("messages."):
                _, index, field = found.field.split(".")
                form = forms_kept[int(index)]
                form.add_error(field, explain(found, f"id_{form.prefix}-{field}"))

    def wanted_messages(self) -> list[Message]:
        """Return the messages the send shall have, having noted the changes for the log."""
        self.save(commit=False)
        return [form.instance for form in self._kept()]

    def _kept(self) -> list[Any]:
        return [
            form
            for form in self.forms
            if (form.has_changed() or not form.instance._state.adding)
            and not (self.can_delete and self._should_delete_form(form))
        ]


class MessageInline(TextrailStackedInline):
    """A send's message, or its versions A, B, …"""

    model = Message
    form = MessageForm
    formset = MessageFormSet
    fields = ("body", "utm_content", "share", "destination_url")
    template = "campaigns/send_messages.html"
    verbose_name = "version"
    verbose_name_plural = "Messages"
    max_num = MOST_VERSIONS

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """List the versions that people get before the replaced ones."""
        return in_order(super().get_queryset(request))

    def get_extra(self, request: HttpRequest, obj: Send | None = None, **kwargs: Any) -> int:
        """Offer one empty message to a new send; more where `?versions=` asks for them."""
        asked = number_in(request.GET, "versions", 1, MOST_VERSIONS)
        return max(asked - obj.messages.count(), 0) if obj else asked

    def has_add_permission(self, request: HttpRequest, obj: Send | None) -> bool:
        """Refuse once the messages are out."""
        return not is_out(obj) and super().has_add_permission(request, obj)

    def has_change_permission(self, request: HttpRequest, obj: Send | None = None) -> bool:
        """Refuse once the messages are out."""
        return not is_out(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Send | None = None) -> bool:
        """Refuse once the messages are out."""
        return not is_out(obj) and super().has_delete_permission(request, obj)


def is_out(send: Send | None) -> bool:
    """Say whether what a send's links carry is fixed."""
    return send is not None and is_frozen(send.status)

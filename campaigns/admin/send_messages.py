"""A send's messages on its page: one text, or the versions A, B, … of a test."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils import timezone
from unfold.forms import PaginationInlineFormSet
from unfold.widgets import UnfoldAdminTextareaWidget

from campaigns.admin.send_forms import explain
from campaigns.admin_base import TextrailStackedInline
from campaigns.lifecycle import is_frozen
from campaigns.models import Message, Send
from campaigns.published_rules import NoConventionError
from campaigns.send_checks import check_send


class MessageForm(forms.ModelForm):
    """One version of the text."""

    class Meta:
        model = Message
        fields = ("body", "utm_content", "share")
        labels = {"body": "Text", "utm_content": "UTM content", "share": "Share in %"}
        help_texts = {
            "body": "Write {link} where the short link goes, and how to opt out.",
            "utm_content": "Only for A/B versions: version-a, version-b.",
        }
        widgets = {
            "body": UnfoldAdminTextareaWidget(
                attrs={
                    "rows": 4,
                    "data-segments": "1",
                    "placeholder": "Your trial waits for you: {link} Reply STOP to opt out",
                }
            )
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
                form = forms_kept[int(found.field.split(".")[1])]
                field_id = f"id_{form.prefix}-utm_content"
                form.add_error("utm_content", explain(found, field_id))

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
    fields = ("body", ("utm_content", "share"))
    verbose_name = "message"
    verbose_name_plural = "Messages"

    def get_extra(self, request: HttpRequest, obj: Send | None = None, **kwargs: Any) -> int:
        """Offer one empty message to a new send."""
        return 0 if obj else 1

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

"""The page on which a text that is going out gets a new version in its place."""

from typing import Any

from django import forms
from django.contrib import messages as notes
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from campaigns.admin.send_forms import explain
from campaigns.admin_base import signed_in_user
from campaigns.message_replacing import LONGEST_BODY
from campaigns.models import Message, ProposedText
from campaigns.sending_policy import policy_of
from campaigns.services import ConventionBrokenError, NotReplaceableError, change_live_text


class ReplacementForm(forms.Form):
    """The new text, and where its link leads if not to the send's landing page."""

    body = forms.CharField(
        label="New text",
        max_length=LONGEST_BODY,
        help_text="Write {link} where the short link goes, and how to opt out.",
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 5}),
    )
    destination_url = forms.URLField(
        label="Landing page of this version",
        max_length=2000,
        required=False,
        assume_scheme="https",
        help_text="Only where it differs from the send’s.",
        widget=UnfoldAdminTextInputWidget(
            attrs={"inputmode": "url", "placeholder": "The send’s landing page"}
        ),
    )


class MessageReplacingMixin(ModelAdmin):
    """Adds the page to the sends' admin. Mix in before the admin class."""

    def get_urls(self) -> list[URLPattern]:
        """Add the page's address."""
        view = self.admin_site.admin_view(self.replace_view)
        address = "<uuid:object_id>/messages/<uuid:message_id>/"
        return [path(address, view, name="campaigns_send_replace"), *super().get_urls()]

    def replace_view(self, request: HttpRequest, object_id: Any, message_id: Any) -> HttpResponse:
        """Ask for the new text, and put it in the old one's place."""
        if not super().has_change_permission(request):
            raise PermissionDenied
        rows = Message.objects.select_related("send__channel").filter(send_id=object_id)
        message = rows.filter(pk=message_id).first()
        if message is None:
            raise Http404
        stored = {"body": message.body, "destination_url": message.destination_url}
        form = ReplacementForm(request.POST or None, initial=stored)
        if request.method == "POST" and form.is_valid():
            try:
                return self._replace(request, message, form)
            except ConventionBrokenError as error:
                for found in error.violations:
                    form.add_error(found.field, explain(found, f"id_{found.field}"))
            except NotReplaceableError as error:
                notes.error(request, str(error))
                return redirect("admin:campaigns_send_change", object_id)
        context = {
            **self.admin_site.each_context(request),
            "title": "Change the text",
            "opts": self.opts,
            "old": message,
            "form": form,
            "needs_approval": policy_of(message.send.channel).needs_approval,
        }
        return TemplateResponse(request, "campaigns/send_replace.html", context)

    def _replace(
        self, request: HttpRequest, message: Message, form: ReplacementForm
    ) -> HttpResponse:
        new = change_live_text(
            message=message,
            body=form.cleaned_data["body"],
            destination_url=form.cleaned_data["destination_url"],
            by=signed_in_user(request),
            now=timezone.now(),
        )
        old = message.utm_content or "the first text"
        if isinstance(new, ProposedText):
            text = f"The new text waits for a second person; until then {old} goes out."
            notes.success(request, text)
            return redirect("admin:campaigns_send_change", message.send_id)
        text = f"{new.utm_content} goes out from now on; {old} is kept, and goes to nobody else."
        notes.success(request, text)
        return redirect("admin:campaigns_send_change", message.send_id)

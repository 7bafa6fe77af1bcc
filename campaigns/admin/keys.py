"""API keys: made, shown once, revoked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from unfold.decorators import display
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from campaigns.admin_base import RowAction, RowActionsMixin, TextrailAdmin, signed_in_user
from campaigns.api_keys import issue_key, revoke_key
from campaigns.models import ApiKey

_CONFIRM = "Revoke this key? Its clients are refused at once, and it cannot be undone."


class ApiKeyForm(forms.ModelForm):
    """A new key: who uses it, for what, until when."""

    scopes = forms.MultipleChoiceField(
        choices=ApiKey.Scope.choices,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Give a client only what it needs.",
    )

    class Meta:
        model = ApiKey
        fields = ("name", "scopes", "expires_at")
        help_texts = {"name": "Which client uses it, such as “Website back end”."}


@admin.register(ApiKey)
class ApiKeyAdmin(RowActionsMixin, TextrailAdmin):
    """Keys of the REST API's clients."""

    form = ApiKeyForm
    list_display = ("name", "starts_with", "has_scopes", "state", "used_at", "expires_at")
    search_fields = ("name", "prefix")

    @admin.display(description="Key")
    def starts_with(self, obj: ApiKey) -> str:
        """Return the part of the key that is no secret."""
        return f"{obj.prefix}…"

    @admin.display(description="Scopes")
    def has_scopes(self, obj: ApiKey) -> str:
        """Return what the key may do."""
        return ", ".join(ApiKey.Scope(scope).label for scope in obj.scopes)

    @display(
        description="State",
        label={"Active": "success", "Revoked": "danger", "Expired": "warning"},
    )
    def state(self, obj: ApiKey) -> str:
        """Say whether the key works."""
        if obj.revoked_at is not None:
            return "Revoked"
        expired = obj.expires_at is not None and obj.expires_at <= timezone.now()
        return "Expired" if expired else "Active"

    def get_fields(self, request: HttpRequest, obj: ApiKey | None = None) -> tuple[str, ...]:
        """A key that exists is only looked at."""
        if obj is None:
            return ("name", "scopes", "expires_at")
        seen = ("name", "starts_with", "has_scopes", "state", "created_by", "created_at")
        return (*seen, "used_at", "expires_at", "revoked_at")

    def get_readonly_fields(
        self, request: HttpRequest, obj: ApiKey | None = None
    ) -> tuple[str, ...]:
        """A key that exists is only looked at."""
        return self.get_fields(request, obj) if obj else ()

    def has_change_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key that exists is only looked at, and revoked."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Keys are revoked and kept, so that an old one is recognised."""
        return False

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: Any) -> None:
        """Make the key; its plain text lives until the answer is sent."""
        if change:
            return
        key, plain = issue_key(
            name=obj.name,
            scopes=obj.scopes,
            by=signed_in_user(request),
            expires_at=obj.expires_at,
        )
        obj.pk, obj.prefix = key.pk, key.prefix
        request.plain_api_key = plain  # type: ignore[attr-defined]

    def response_add(
        self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None
    ) -> HttpResponse:
        """Show the key, this once."""
        context = {
            **self.admin_site.each_context(request),
            "title": "The new API key",
            "opts": self.opts,
            "key": obj,
            "plain": request.plain_api_key,  # type: ignore[attr-defined]
        }
        response = TemplateResponse(request, "campaigns/api_key_made.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def row_actions(self, request: HttpRequest, obj: ApiKey) -> list[RowAction]:
        """Offer to revoke a key that is not."""
        if obj.revoked_at is not None:
            return []
        return [RowAction("revoke", "Revoke this key", _revoke, "danger", _CONFIRM)]


def _revoke(request: HttpRequest, key: ApiKey) -> str:
    revoke_key(key=key, now=timezone.now())
    return f"“{key.name}” is revoked. Clients that use it get 401 from now on."

"""Naming conventions: drafted here, published for the whole team."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    TextrailHistoryAdmin,
    TextrailTabularInline,
    signed_in_user,
)
from campaigns.convention_versions import (
    ConventionNotDraftError,
    ConventionUnsoundError,
    draft_new_version,
    publish_convention,
    save_draft,
)
from campaigns.models import ConventionToken, NamingConvention

_LISTS = ("sources", "mediums", "reserved_words")
STATUS_COLORS = {"Draft": "default", "Published": "success", "Retired": "warning"}


class ConventionForm(forms.ModelForm):
    """The rules of one version."""

    class Meta:
        model = NamingConvention
        fields = (
            "channel",
            "sources",
            "mediums",
            "reserved_words",
            "campaign_max_length",
            "content_prefix",
            "term_max_length",
        )
        labels = {
            "sources": "Approved utm_source values",
            "mediums": "Approved utm_medium values",
            "reserved_words": "Words no campaign name may have",
            "campaign_max_length": "Longest utm_campaign",
            "content_prefix": "Word before a version’s letter",
            "term_max_length": "Longest utm_term",
        }
        help_texts = {
            "sources": "Separated by commas.",
            "mediums": "Separated by commas.",
            "reserved_words": "Separated by commas. Words by which analytics tools would file "
            "the visit under another channel.",
            "content_prefix": "“version” makes version-a, version-b.",
        }
        widgets = dict.fromkeys(_LISTS, UnfoldAdminTextInputWidget)


class TokenForm(forms.ModelForm):
    """One part of a campaign name."""

    class Meta:
        model = ConventionToken
        fields = ("position", "name", "kind", "words", "is_required", "example")
        widgets = {"words": UnfoldAdminTextInputWidget}


class TokenInline(TextrailTabularInline):
    """The parts of a campaign name, in order."""

    model = ConventionToken
    form = TokenForm
    verbose_name = "part"
    verbose_name_plural = "Parts of a campaign name, in order"

    def has_add_permission(self, request: HttpRequest, obj: NamingConvention | None) -> bool:
        """Refuse where the version was published."""
        return _is_draft(obj) and super().has_add_permission(request, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """Refuse where the version was published."""
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """Refuse where the version was published."""
        return _is_draft(obj) and super().has_delete_permission(request, obj)


def _is_draft(obj: NamingConvention | None) -> bool:
    return obj is None or obj.status == NamingConvention.Status.DRAFT


@admin.register(NamingConvention)
class NamingConventionAdmin(RowActionsMixin, TextrailHistoryAdmin):
    """The rules for UTM values, one convention per channel."""

    form = ConventionForm
    inlines = (TokenInline,)
    list_display = ("channel", "version", "state", "published_at", "published_by", "page")
    list_filter = ("status", "channel")
    list_select_related = ("channel", "published_by")
    search_fields = ("channel__name",)
    change_form_outer_before_template = "campaigns/convention_top.html"

    @display(description="Status", label=STATUS_COLORS, ordering="status")
    def state(self, obj: NamingConvention) -> str:
        """Return the status as a badge."""
        return obj.get_status_display()

    @admin.display(description="For the team")
    def page(self, obj: NamingConvention) -> str:
        """Return a link to the public page, where there is one."""
        if _is_draft(obj):
            return "after publishing"
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">Read and share</a>',
            reverse("convention", args=[obj.token]),
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> list[str]:
        """A published version never changes."""
        if _is_draft(obj):
            return ["channel"] if obj else []
        return list(ConventionForm.Meta.fields)

    def has_change_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """A published version never changes."""
        return _is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """Only drafts can be deleted: sends name the version they were checked against."""
        return _is_draft(obj) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Versions are deleted one by one, while they are drafts."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def save_model(
        self, request: HttpRequest, obj: NamingConvention, form: Any, change: Any
    ) -> None:
        """Store the draft; a new one gets its channel's next version number."""
        save_draft(convention=obj, by=signed_in_user(request))

    def response_post_save_add(self, request: HttpRequest, obj: NamingConvention) -> HttpResponse:
        """Stay on the draft's page, where it can be published."""
        return redirect("admin:campaigns_namingconvention_change", obj.pk)

    def row_actions(self, request: HttpRequest, obj: NamingConvention) -> list[RowAction]:
        """Offer to publish a draft, or to draft the next version of what is published."""
        if _is_draft(obj):
            return [RowAction("publish", "Publish for the team", _publish, "primary")]
        return [RowAction("new-version", "Draft a new version", _new_version)]


def _publish(request: HttpRequest, convention: NamingConvention) -> str:
    try:
        publish_convention(convention=convention, by=signed_in_user(request), now=timezone.now())
    except ConventionUnsoundError as error:
        raise RowActionRefusedError(list(error.faults)) from error
    except ConventionNotDraftError as error:
        raise RowActionRefusedError([str(error)]) from error
    return f"The {convention} is in force. Share its page with the team."


def _new_version(request: HttpRequest, convention: NamingConvention) -> str:
    draft = draft_new_version(convention=convention, by=signed_in_user(request))
    return format_html(
        'Version {} is drafted. <a class="underline" href="{}">Edit it</a>',
        draft.version,
        reverse("admin:campaigns_namingconvention_change", args=[draft.pk]),
    )

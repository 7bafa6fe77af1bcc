"""Naming conventions: drafted here, published for the whole team."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from unfold.decorators import display

from campaigns.admin.convention_forms import ConventionForm, TokenInline, is_draft
from campaigns.admin.convention_preview import Preview, stored_preview, typed_preview
from campaigns.admin.history_panels import HistoryPanelMixin
from campaigns.admin_base import (
    RowAction,
    RowActionRefusedError,
    RowActionsMixin,
    RowMade,
    TextrailHistoryAdmin,
    signed_in_user,
)
from campaigns.convention_versions import (
    ConventionNotDraftError,
    ConventionUnsoundError,
    delete_draft,
    draft_new_version,
    publish_convention,
    save_draft,
)
from campaigns.models import NamingConvention

_NEW = "new"
STATUS_COLORS = {"Draft": "default", "Published": "success", "Retired": "warning"}


@admin.register(NamingConvention)
class NamingConventionAdmin(HistoryPanelMixin, RowActionsMixin, TextrailHistoryAdmin):
    """The rules for UTM values, one convention per channel."""

    form = ConventionForm
    inlines = (TokenInline,)
    list_display = ("channel", "version", "state", "published_at", "published_by", "page")
    list_filter = ("status", "channel")
    list_select_related = ("channel", "published_by")
    search_fields = ("channel__name",)
    change_form_outer_before_template = "campaigns/convention_top.html"
    change_form_after_template = "campaigns/convention_preview_in_form.html"
    change_form_outer_after_template = "campaigns/convention_below.html"
    history_kind = "convention"
    fieldsets = (
        (None, {"fields": ("channel",)}),
        ("Source and medium", {"fields": ("sources", "mediums")}),
        ("Campaign names", {"fields": ("separator", "campaign_max_length", "reserved_words")}),
        ("Versions of a message", {"fields": ("content_prefix", "content_numbering")}),
        ("Audiences", {"fields": ("requires_term", "term_words", "term_max_length")}),
    )

    @display(description="Status", label=STATUS_COLORS, ordering="status")
    def state(self, obj: NamingConvention) -> str:
        """Return the status as a badge."""
        return obj.get_status_display()

    @admin.display(description="For the team")
    def page(self, obj: NamingConvention) -> str:
        """Return a link to the public page, where there is one."""
        if is_draft(obj):
            return "after publishing"
        return format_html(
            '<a class="text-primary-600 dark:text-primary-500" href="{}">Read and share</a>',
            reverse("convention", args=[obj.token]),
        )

    def get_readonly_fields(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> list[str]:
        """A published version never changes."""
        if is_draft(obj):
            return ["channel"] if obj else []
        return list(ConventionForm.Meta.fields)

    def has_change_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """A published version never changes."""
        return is_draft(obj) and super().has_change_permission(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: NamingConvention | None = None
    ) -> bool:
        """Only drafts can be deleted: sends name the version they were checked against."""
        return is_draft(obj) and super().has_delete_permission(request, obj)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Versions are deleted one by one, while they are drafts."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def get_urls(self) -> list[URLPattern]:
        """Add the address that answers what a form would accept and refuse."""
        view = self.admin_site.admin_view(self._answer_preview)
        name = "campaigns_namingconvention_preview"
        return [path("<path:object_id>/preview/", view, name=name), *super().get_urls()]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show what the rules accept and refuse below them."""
        obj = self.get_object(request, object_id) if object_id else None
        context = {
            "preview": partial(self._preview, request, obj),
            "preview_address": self._preview_address(obj),
            "is_editable": self._is_editable(request, obj),
            "page_address": _page_address(request, obj) if obj and not is_draft(obj) else "",
        }
        return super().changeform_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def _is_editable(self, request: HttpRequest, obj: NamingConvention | None) -> bool:
        if obj is None:
            return self.has_add_permission(request)
        return self.has_change_permission(request, obj)

    def _preview_address(self, obj: NamingConvention | None) -> str:
        name = "admin:campaigns_namingconvention_preview"
        return reverse(name, args=[obj.pk if obj else _NEW])

    def _answer_preview(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Answer with a piece of the page. Stores nothing."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        obj = None if object_id == _NEW else self.get_object(request, object_id)
        if obj is None and object_id != _NEW:
            raise Http404
        if not self._is_editable(request, obj) and not self.has_view_permission(request, obj):
            raise PermissionDenied
        context = {"preview": self._preview(request, obj)}
        return render(request, "campaigns/convention_preview.html", context)

    def _preview(self, request: HttpRequest, obj: NamingConvention | None) -> Preview:
        if obj is not None and not (request.method == "POST" and self._is_editable(request, obj)):
            return stored_preview(request, obj)
        data = request.POST if request.method == "POST" else None
        form = self.get_form(request, obj, change=obj is not None)(
            data, instance=obj or NamingConvention()
        )
        ((formset, _inline),) = self.get_formsets_with_inlines(request, obj)
        return typed_preview(request, form, formset(data, instance=form.instance))

    def save_model(
        self, request: HttpRequest, obj: NamingConvention, form: Any, change: Any
    ) -> None:
        """Wait for the parts: `save_related` stores the draft as a whole."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        """Store the draft with its parts; a new one gets its channel's next version number."""
        (parts,) = formsets
        parts.save(commit=False)
        save_draft(convention=form.instance, parts=parts.parts(), by=signed_in_user(request))

    def delete_model(self, request: HttpRequest, obj: NamingConvention) -> None:
        """Delete a draft."""
        delete_draft(convention=obj, by=signed_in_user(request))

    def response_post_save_add(self, request: HttpRequest, obj: NamingConvention) -> HttpResponse:
        """Stay on the draft's page, where it can be published."""
        return redirect("admin:campaigns_namingconvention_change", obj.pk)

    def row_actions(self, request: HttpRequest, obj: NamingConvention) -> list[RowAction]:
        """Offer to publish a draft, or to draft the next version of what is published."""
        if is_draft(obj):
            return [RowAction("publish", "Publish for the team", _publish, "primary")]
        return [RowAction("new-version", "Draft a new version", _new_version)]


def _page_address(request: HttpRequest, convention: NamingConvention) -> str:
    return request.build_absolute_uri(reverse("convention", args=[convention.token]))


def _publish(request: HttpRequest, convention: NamingConvention) -> str:
    try:
        publish_convention(convention=convention, by=signed_in_user(request), now=timezone.now())
    except ConventionUnsoundError as error:
        raise RowActionRefusedError(list(error.faults)) from error
    except ConventionNotDraftError as error:
        raise RowActionRefusedError([str(error)]) from error
    address = _page_address(request, convention)
    return format_html(
        'The {} is in force. Its page for the team: <a class="underline plan-address" href="{}">{}</a> '
        '<button type="button" class="plan-copy" data-copy-text="{}" hidden>Copy</button>',
        convention,
        address,
        address,
        address,
    )


def _new_version(request: HttpRequest, convention: NamingConvention) -> RowMade:
    draft = draft_new_version(convention=convention, by=signed_in_user(request))
    message = f"Version {draft.version} is drafted with the same rules. Change what should change."
    return RowMade(message, draft)

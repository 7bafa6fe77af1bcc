"""The admin classes every app's pages derive from: unfold's, with our defaults."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Model, URLField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from simple_history.admin import SimpleHistoryAdmin
from unfold.admin import ModelAdmin, StackedInline, TabularInline

from campaigns.newest_choices import NewestChoicesSelect

if TYPE_CHECKING:
    from django.contrib.auth.models import User  # noqa: TID251  (only names the type)


def signed_in_user(request: HttpRequest) -> "User":
    """Return who is signed in; behind the admin's door that is never an anonymous user."""
    return cast("User", request.user)


class TextrailAdmin(ModelAdmin):
    """A page of the admin."""

    list_per_page = 50
    list_filter_submit = True
    list_fullwidth = True
    show_full_result_count = False
    warn_unsaved_form = True
    compressed_fields = True

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Read an address typed without a scheme as https."""
        if isinstance(db_field, URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Let a searched choice be made without the page's script as well."""
        if db_field.name in self.get_autocomplete_fields(request):
            kwargs.setdefault("widget", NewestChoicesSelect(db_field, self.admin_site))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


class TextrailHistoryAdmin(SimpleHistoryAdmin, TextrailAdmin):
    """A page whose History button shows who changed what, from `HistoricalRecords`."""


class ReadOnlyMixin:
    """Rows that people look at and never write: facts, logs, the ledger."""

    def has_add_permission(self, request: HttpRequest, *args: Any) -> bool:
        """Refuse: these rows are made by the system."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: these rows are facts."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: these rows are facts."""
        return False


class ReadOnlyTextrailAdmin(ReadOnlyMixin, TextrailAdmin):
    """A page of facts."""


class TextrailTabularInline(TabularInline):
    """Related rows as a table, without empty extra rows."""

    extra = 0
    show_change_link = False


class TextrailStackedInline(StackedInline):
    """Related rows one below the other, without empty extra ones."""

    extra = 0


class ReadOnlyTabularInline(ReadOnlyMixin, TextrailTabularInline):
    """Related facts as a table."""

    can_delete = False


class RowActionRefusedError(Exception):
    """A row's action cannot be done now. `reasons` are shown one by one, links allowed."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


@dataclass(frozen=True, slots=True)
class RowMade:
    """An action that made another row: its page is shown next, with the message."""

    message: str
    row: Model


@dataclass(frozen=True, slots=True)
class RowAction:
    """A button on a row's page. `run` does it and returns what to tell the user, or a RowMade.

    It may return a whole answer instead, where something is shown this once.

    `variant` is unfold's: primary, default or danger. `confirm` is asked before it is done.
    `permission` is needed instead of the right to change the row. One that is no button has a
    form of its own on the page. A run may raise RowActionRefusedError.
    """

    name: str
    label: str
    run: Callable[[HttpRequest, Any], str | RowMade | HttpResponse]
    variant: str = "default"
    confirm: str = ""
    permission: str = ""
    is_button: bool = True


class RowActionsMixin(ModelAdmin):
    """Buttons above a row's form, each a POST of its own, for whoever may press them.

    Mix in before the admin class and override `row_actions`.
    """

    change_form_outer_before_template = "campaigns/row_actions.html"

    def row_actions(self, request: HttpRequest, obj: Any) -> list[RowAction]:
        """Return the buttons that make sense for a row in its present state."""
        return []

    def get_urls(self) -> list[URLPattern]:
        """Add the address the buttons post to."""
        info = self.opts.app_label, self.opts.model_name
        view = self.admin_site.admin_view(self._run_row_action)
        return [
            path("<path:object_id>/do/<str:name>/", view, name="{}_{}_do".format(*info)),
            *super().get_urls(),
        ]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Give the page its buttons."""
        obj = self.get_object(request, object_id) if object_id else None
        context = {"row_actions": self._offered(request, obj) if obj else []}
        return super().changeform_view(
            request, object_id, form_url, {**context, **(extra_context or {})}
        )

    def _offered(self, request: HttpRequest, obj: Any) -> list[tuple[RowAction, str]]:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_do"
        return [
            (action, reverse(name, args=[obj.pk, action.name]))
            for action in self.row_actions(request, obj)
            if action.is_button and self._may(request, action)
        ]

    def _may(self, request: HttpRequest, action: RowAction | None) -> bool:
        if action is not None and action.permission:
            return request.user.has_perm(action.permission)
        return super().has_change_permission(request)

    def _run_row_action(self, request: HttpRequest, object_id: str, name: str) -> HttpResponse:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        obj = self.get_object(request, object_id)
        offered = self.row_actions(request, obj) if obj else []
        action = next((one for one in offered if one.name == name), None)
        if not self._may(request, action):
            raise PermissionDenied
        if obj is None:
            raise Http404
        change = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        if action is None:
            messages.warning(request, "That is not possible any more; see the present state.")
            return redirect(change, obj.pk)
        try:
            done = action.run(request, obj)
        except RowActionRefusedError as error:
            for reason in error.reasons:
                messages.error(request, reason)
            return redirect(change, obj.pk)
        return done if isinstance(done, HttpResponse) else _told(request, change, obj, done)


def _told(request: HttpRequest, change: str, obj: Any, done: str | RowMade) -> HttpResponse:
    """Say what an action did, on the page of its row or of the one it made."""
    message, row = (done.message, done.row) if isinstance(done, RowMade) else (done, obj)
    messages.success(request, message)
    return redirect(change, row.pk)

"""Connections: what is linked, how it fares, and the doors to sync, test and import."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.decorators import action, display

from campaigns.admin_base import TextrailAdmin
from campaigns.doorbell import SYNC, ring_on_commit
from crm_sync import services
from crm_sync.admin.badges import HEALTH_COLOURS, link_to
from crm_sync.admin.import_pages import ImportPages
from crm_sync.forms import ConnectionForm
from crm_sync.health import health_of, with_health
from crm_sync.hooks import SUPPORTED, hook_address
from crm_sync.models import Connection, Deal
from crm_sync.providers.base import ApiError, ProviderNotSyncableError
from links.secrets import UnreadableSecretError, encrypt_secret

_FILE_FIELDS = ("name", "slug")


@admin.register(Connection)
class ConnectionAdmin(ImportPages, TextrailAdmin):
    """CRM accounts and file imports."""

    form = ConnectionForm
    list_display = (
        "name", "provider", "health", "synced_at", "next_sync_at", "open_problems"
    )  # fmt: skip
    list_filter = ("provider", "is_active")
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    actions_list = ["import_file"]
    change_form_outer_before_template = "crm_sync/connection_panel.html"

    fieldsets = (
        (None, {"fields": ("name", "slug", "provider", "base_url", "token")}),
        ("Webhook", {"fields": ("signing_secret",)}),
        ("Schedule", {"fields": ("is_active", "sync_minutes")}),
        ("What is written to the CRM", {"fields": ("writes_back",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Connection]:
        """Bring each connection's health along."""
        return with_health(super().get_queryset(request))

    def get_fieldsets(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """A file import has neither address nor token nor schedule."""
        if obj is not None and obj.provider == Connection.Provider.CSV_FILE:
            return ((None, {"fields": _FILE_FIELDS}),)
        return self.fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """The short name and the provider are what contacts are known by: they stay."""
        return ("slug", "provider") if obj is not None else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: Connection | None = None) -> Any:
        """Suggest a short name only while it can still be chosen."""
        return {} if obj is not None else self.prepopulated_fields

    def has_delete_permission(self, request: HttpRequest, obj: Connection | None = None) -> bool:
        """Refuse where deals hang on it: they are what credit was divided for."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.deals.exists())

    def save_model(
        self,
        request: HttpRequest,
        obj: Connection,
        form: ModelForm,
        change: bool,  # noqa: FBT001  (Django's signature)
    ) -> None:
        """Store it; the token goes through encryption and nowhere else."""
        token, now = form.cleaned_data.get("token") or "", timezone.now()
        if signing := form.cleaned_data.get("signing_secret"):
            obj.hook_secret = encrypt_secret(signing)
        if not change:
            services.create_connection(connection=obj, secret=token, now=now)
            ring_on_commit(SYNC)
            return
        super().save_model(request, obj, form, change)
        if token:
            services.set_secret(connection=obj, secret=token, now=now)
            ring_on_commit(SYNC)

    @display(description="Health", label=HEALTH_COLOURS)
    def health(self, connection: Connection) -> str:
        """Return how it fares in a word."""
        return health_of(connection)

    @display(description="Open problems")
    def open_problems(self, connection: Connection) -> str:
        """Link to what is not imported or incomplete."""
        found: Any = connection
        count = found.error_count + found.warning_count
        return link_to(_problems_of(connection), f"{count:,}") if count else "none"

    @action(description="Import a file", icon="upload_file", permissions=["import_deals"])
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """Lead to the first page of an import."""
        return redirect("admin:crm_sync_import")

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put the panel with state and buttons above the form."""
        response: HttpResponse = super().changeform_view(request, object_id, *args, **kwargs)
        if isinstance(response, TemplateResponse) and response.context_data is not None:
            connection = response.context_data.get("original")
            if connection is not None:
                response.context_data["panel"] = self._panel(request, connection)
        return response

    def _panel(self, request: HttpRequest, connection: Connection) -> dict[str, Any]:
        found: Any = connection
        return {
            "health": health_of(connection),
            "colour": HEALTH_COLOURS.get(health_of(connection), ""),
            "hook_address": hook_address(connection) if connection.provider in SUPPORTED else "",
            "deliveries": connection.hook_deliveries.defer("body")[:5],
            "is_file": connection.provider == Connection.Provider.CSV_FILE,
            "deal_count": Deal.objects.present().filter(connection=connection).count(),
            "problem_count": found.error_count + found.warning_count,
            "run": connection.runs.first(),
            "deals_url": reverse("admin:crm_sync_deal_changelist")
            + f"?connection__id__exact={connection.pk}",
            "runs_url": reverse("admin:crm_sync_syncrun_changelist")
            + f"?connection__id__exact={connection.pk}",
            "problems_url": _problems_of(connection),
            "may_change": self.has_change_permission(request, connection),
        }

    def get_urls(self) -> list[URLPattern]:
        """Add the buttons' addresses before the ones that swallow everything."""
        own = [
            path(
                "<uuid:pk>/sync",
                self.admin_site.admin_view(self.sync_now),
                name="crm_sync_connection_sync",
            ),
            path(
                "<uuid:pk>/test",
                self.admin_site.admin_view(self.test_now),
                name="crm_sync_connection_test",
            ),
        ]
        return [*own, *self.import_urls(), *super().get_urls()]

    def sync_now(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Make the connection due and poke a worker."""
        connection = self._posted(request, pk)
        if isinstance(connection, HttpResponse):
            return connection
        try:
            with transaction.atomic():
                services.request_sync(connection=connection, now=timezone.now())
                ring_on_commit(SYNC)
            messages.success(
                request, "The sync will start within a minute. Its progress is under “Sync runs”."
            )
        except ProviderNotSyncableError as error:
            messages.error(request, str(error))
        return redirect("admin:crm_sync_connection_change", connection.pk)

    def test_now(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """Ask the CRM whether everything a sync reads may be read."""
        connection = self._posted(request, pk)
        if isinstance(connection, HttpResponse):
            return connection
        try:
            services.test_connection(connection=connection)
            messages.success(request, f"{connection.name} answers, and everything may be read.")
        except (ApiError, ProviderNotSyncableError, UnreadableSecretError) as error:
            messages.error(request, str(error))
        return redirect("admin:crm_sync_connection_change", connection.pk)

    def _posted(self, request: HttpRequest, pk: Any) -> Connection | HttpResponse:
        """Return the connection of a button that was pressed, or the refusal of its use."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        connection = get_object_or_404(Connection, pk=pk)
        if not self.has_change_permission(request, connection):
            raise PermissionDenied
        return connection


def _problems_of(connection: Connection) -> str:
    page = reverse("admin:crm_sync_syncproblem_changelist")
    return f"{page}?connection__id__exact={connection.pk}"

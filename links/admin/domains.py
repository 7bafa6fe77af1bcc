"""Domains in the admin."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from campaigns.admin_base import TextrailAdmin
from links import services
from links.forms import DomainForm
from links.models import Domain


@admin.register(Domain)
class DomainAdmin(TextrailAdmin):
    """Branded hosts that serve short links."""

    form = DomainForm
    list_display = ("host", "scheme", "is_default", "is_active", "link_count", "root_url")
    list_filter = ("is_active",)
    search_fields = ("host",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Domain]:
        """Count the links along."""
        queryset: QuerySet[Domain] = super().get_queryset(request)
        return queryset.annotate(link_total=Count("links"))

    @display(description="Links", ordering="link_total")
    def link_count(self, domain: Any) -> int:
        """How many links it serves."""
        return int(domain.link_total)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A host with links stays: it stands in messages that were sent."""
        return ("host",) if obj is not None and obj.link_total else ()

    def save_model(self, request: HttpRequest, obj: Domain, form: Any, change: Any) -> None:
        """Store it and tell the redirectors."""
        services.save_domain(domain=obj, now=timezone.now())

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only a domain without links can go."""
        allowed: bool = super().has_delete_permission(request, obj)
        return allowed and (obj is None or not obj.links.exists())

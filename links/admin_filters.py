"""Filters of the link lists."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from campaigns.models import Send
from links.models import Link

_SENDS_SHOWN = 100


class LastCheckFilter(admin.SimpleListFilter):
    """By how the last check turned out."""

    title = "last check"
    parameter_name = "last_check"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the choices."""
        return [("ok", "Works"), ("failed", "Does not work"), ("none", "Not checked")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep links whose last checks are so."""
        if self.value() == "ok":
            return queryset.filter(last_check_ok=True)
        if self.value() == "failed":
            return queryset.filter(last_check_ok=False)
        if self.value() == "none":
            return queryset.filter(last_check_ok__isnull=True)
        return queryset


class ArchiveFilter(admin.SimpleListFilter):
    """Archived links are left out unless somebody asks for them."""

    title = "archive"
    parameter_name = "archived"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return what there is besides the links in use."""
        return [("only", "Archived only"), ("with", "All, with archived ones")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Name the first choice for what it shows."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "In use"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the links that were asked for."""
        if self.value() == "with":
            return queryset
        return queryset.archived() if self.value() == "only" else queryset.in_use()


class TagFilter(admin.SimpleListFilter):
    """By one of the tags that links have."""

    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return every tag, with how many links have it."""
        return [(tag, f"{tag} ({count})") for tag, count in Link.objects.tag_counts()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Keep the links with the tag."""
        return queryset.tagged(self.value()) if self.value() else queryset


class SendFilter(admin.SimpleListFilter):
    """By send, the newest hundred of them."""

    title = "send"
    parameter_name = "send"
    field = "send_id"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return the newest sends by name."""
        rows = Send.objects.order_by("-created_at").values_list("pk", "name")[:_SENDS_SHOWN]
        return [(str(pk), name) for pk, name in rows]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Keep the rows of one send."""
        return queryset.filter(**{self.field: self.value()}) if self.value() else queryset


class RecipientSendFilter(SendFilter):
    """By the send that a recipient's link belongs to."""

    field = "link__send_id"

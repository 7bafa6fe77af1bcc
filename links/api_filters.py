"""Filters of `links`, named as the resource names its fields."""

from typing import Any

from django.db.models import Q
from django_filters.rest_framework import CharFilter, ChoiceFilter, FilterSet, UUIDFilter

from links.models import Link


class LinkFilter(FilterSet):  # type: ignore[misc]  # django-filter has no types
    """Filters of the list. Archived links are left out unless somebody asks for them."""

    archived = ChoiceFilter(
        choices=[("false", "In use"), ("true", "Archived"), ("any", "Both")],
        method="by_archive",
        label="`true`: archived ones only; `any`: those, too",
    )
    tag = CharFilter(method="by_tags", label="Several, separated by commas: links that have all")
    domain = CharFilter(field_name="domain__host")
    campaign = UUIDFilter(field_name="send__campaign")
    search = CharFilter(
        method="by_words", label="In address, code, title, destination, tags, campaign"
    )

    class Meta:
        model = Link
        fields = {
            "status": ["exact"],
            "send": ["exact", "isnull"],
            "message": ["exact"],
            "code": ["exact"],
            "utm_campaign": ["exact"],
            "imported_from": ["exact"],
            "created_at": ["gte", "lte"],
        }

    def filter_queryset(self, queryset: Any) -> Any:
        """Leave archived links out where nothing is said of them."""
        found = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("archived") else found.in_use()

    def by_archive(self, queryset: Any, name: str, value: str) -> Any:
        """Keep links in use, archived ones, or both."""
        if value == "any":
            return queryset
        return queryset.archived() if value == "true" else queryset.in_use()

    def by_tags(self, queryset: Any, name: str, value: str) -> Any:
        """Keep links that have all of the tags."""
        return queryset.tagged(*(tag.strip().lower() for tag in value.split(",") if tag.strip()))

    def by_words(self, queryset: Any, name: str, value: str) -> Any:
        """Keep links about which this is said somewhere."""
        places = (
            "code",
            "title",
            "destination_url",
            "tags",
            "utm_campaign",
            "send__campaign__name",
        )
        said = Q()
        for place in places:
            said |= Q(**{f"{place}__icontains": value})
        return queryset.filter(said) | queryset.at_address(value)

"""The pages of “Plan” that belong to no model."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern


def page_urls(site: AdminSite) -> list[URLPattern]:
    """Return the pages' addresses."""
    return []

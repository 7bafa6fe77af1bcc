"""The pages of “Plan” that belong to no model."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern

from campaigns.admin.calendar_page import calendar_urls


def page_urls(site: AdminSite) -> list[URLPattern]:
    """Return the pages' addresses."""
    return [*calendar_urls(site)]

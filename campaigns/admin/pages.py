"""The pages of “Plan” that belong to no model."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern

from campaigns.admin.calendar_page import calendar_urls
from campaigns.admin.rate_card_page import rate_card_urls


def page_urls(site: AdminSite) -> list[URLPattern]:
    """Return the pages' addresses."""
    return [*calendar_urls(site), *rate_card_urls(site)]

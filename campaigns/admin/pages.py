"""The pages of “Plan” that belong to no model."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern

from campaigns.admin.calendar_page import calendar_urls
from campaigns.admin.changes_page import changes_urls
from campaigns.admin.linter_page import linter_urls
from campaigns.admin.rate_card_page import rate_card_urls
from campaigns.admin.send_builder import builder_urls


def page_urls(site: AdminSite) -> list[URLPattern]:
    """Return the pages' addresses."""
    return [
        *builder_urls(site),
        *calendar_urls(site),
        *changes_urls(site),
        *linter_urls(site),
        *rate_card_urls(site),
    ]

"""Addresses of admin pages that other apps own."""

from typing import Any

from django.urls import NoReverseMatch, reverse


def page_url(view: str, *args: Any) -> str:
    """Return the address of an admin page, or nothing where no app has registered it."""
    try:
        return reverse(f"admin:{view}", args=args)
    except NoReverseMatch:
        return ""

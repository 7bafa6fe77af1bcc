"""The application's entry in Django's registry."""

from django.apps import AppConfig


class LinksConfig(AppConfig):
    """Names the application and, once ready, registers what it adds to its left."""

    name = "links"
    verbose_name = "Links"

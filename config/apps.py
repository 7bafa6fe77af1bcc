"""The wiring's own entries in Django's registry."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class TextrailAdminConfig(admin_apps.AdminConfig):
    """Puts our admin site where every app registers its pages."""

    default = False
    default_site = "config.admin.TextrailAdminSite"


class ConfigConfig(AppConfig):
    """Registers the checks of the settings."""

    name = "config"
    default = True

    def ready(self) -> None:
        """Load the system checks."""
        from config import checks  # noqa: F401, PLC0415

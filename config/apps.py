"""The wiring's own entries in Django's registry."""

from django.apps import AppConfig, apps
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate  # noqa: TID251 - Django's own hook


class TextrailAdminConfig(admin_apps.AdminConfig):
    """Puts our admin site where every app registers its pages."""

    default = False
    default_site = "config.admin.TextrailAdminSite"


class ConfigConfig(AppConfig):
    """Registers the checks of the settings, and users and schedule in our look."""

    name = "config"
    default = True

    def ready(self) -> None:
        """Load checks and, after every app's, the admin of accounts; write the schedule on migrating."""
        from config import admin_accounts, checks, schedule  # noqa: F401, PLC0415

        post_migrate.connect(
            schedule.write_schedule, sender=apps.get_app_config("django_celery_beat")
        )

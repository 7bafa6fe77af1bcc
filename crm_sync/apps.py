"""The application's entry in Django's registry."""

from django.apps import AppConfig


class CrmSyncConfig(AppConfig):
    """Names the application and, once ready, registers what it adds to its left."""

    name = "crm_sync"
    verbose_name = "CRM"

"""The application's entry in Django's registry."""

from django.apps import AppConfig


class CrmSyncConfig(AppConfig):
    """Names the application and, once ready, registers what it adds to its left."""

    name = "crm_sync"
    verbose_name = "CRM"

    def ready(self) -> None:
        """Register what happens to contacts when a person is forgotten."""
        from crm_sync.erasure import erase_contacts  # noqa: PLC0415 - needs the models
        from tracking import erasure  # noqa: PLC0415

        erasure.register("crm_contacts", erase_contacts)
